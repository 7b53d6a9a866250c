namespace Distillation;

/// <summary>Some samples of a data source, together.</summary>
/// <remarks>
/// <para>Derive from it to carry more tensors (a mask, a second input): they stay typed, and models are reached with
/// <c>Student.From(module, (MaskedBatch b) => ...)</c>. A derived batch overrides <see cref="Split"/>, <see cref="To"/> and <see cref="With"/>.</para>
/// <para>The tensors belong to the dispose scope in which the batch was read.</para>
/// </remarks>
public class Batch
{
    /// <summary>Puts samples together.</summary>
    /// <param name="inputs">What the models see, [N, ...].</param>
    /// <param name="labels">Class ids [N] int64, probabilities [N, C], targets, or nothing.</param>
    /// <param name="indices">[N] int64: each sample's number in its source.</param>
    /// <param name="share">What part of one update the batch is, in (0, 1].</param>
    /// <exception cref="ArgumentException">The tensors do not have the same number of samples.</exception>
    public Batch(Tensor inputs, Tensor? labels, Tensor indices, double share = 1)
    {
        Inputs = Require.Present(inputs);
        Labels = labels;
        Indices = Require.Present(indices);
        Share = Require.InRange(share, double.Epsilon, 1);
        Count = inputs.size(0);
        if (indices.size(0) != Count || (labels is not null && labels.size(0) != Count))
        {
            throw new ArgumentException(
                $"A batch of {Count} inputs must have as many labels and indices, but has labels {Shapes.Of(labels)} and indices {Shapes.Of(indices)}.", nameof(inputs));
        }
    }

    /// <summary>Gets what the models see, [N, ...].</summary>
    public Tensor Inputs { get; }

    /// <summary>Gets class ids [N] int64, probabilities [N, C], or targets; <see langword="null"/> where the source has none.</summary>
    public Tensor? Labels { get; }

    /// <summary>Gets each sample's number in its data source, [N] int64: the key of every cache.</summary>
    public Tensor Indices { get; }

    /// <summary>Gets the number of samples, N.</summary>
    public long Count { get; }

    /// <summary>Gets what part of one update the batch is: 1, or less for a piece made by <see cref="Split"/>.</summary>
    /// <value>In (0, 1].</value>
    public double Share { get; }

    /// <summary>Gets the number of samples that the batches of the run have, but for the last of an epoch; or 0 where that is not known.</summary>
    internal long FullCount { get; private set; }

    /// <summary>Gets the labels of a batch that must have them.</summary>
    /// <returns>The labels.</returns>
    /// <exception cref="InvalidOperationException">The data source gives no labels.</exception>
    public Tensor RequireLabels() =>
        Labels ?? throw new InvalidOperationException("The loss needs labels, and the data source gives none. Give it labels, or use a loss that learns from the teacher alone.");

    /// <summary>Cuts the batch into pieces, whose gradients, each times its <see cref="Share"/>, add up to the gradient of the whole.</summary>
    /// <param name="size">The largest number of samples in a piece; positive.</param>
    /// <returns>The pieces, in order: views of this batch, in the current dispose scope. A batch that is small enough is its own only piece.</returns>
    /// <exception cref="NotSupportedException">A derived batch does not override this method, and would lose what it carries.</exception>
    public virtual IReadOnlyList<Batch> Split(long size)
    {
        return Pieces(typeof(Batch), size, (start, count, share) =>
            new Batch(Inputs.narrow(0, start, count), Labels?.narrow(0, start, count), Indices.narrow(0, start, count), share));
    }

    /// <summary>Brings the batch to a device.</summary>
    /// <param name="device">Where the models are.</param>
    /// <returns>The batch on the device, or this batch if it is there already. The indices stay where they are: they are keys.</returns>
    /// <exception cref="NotSupportedException">A derived batch does not override this method, and would lose what it carries.</exception>
    public virtual Batch To(torch.Device device)
    {
        if (IsOn(device))
        {
            return this;
        }

        RequireOwn(typeof(Batch), nameof(To));
        return new Batch(Copy(Inputs, device), Labels is null ? null : Copy(Labels, device), Indices, Share).OfFull(FullCount);
    }

    /// <summary>Gives the same batch with other inputs or other numbers.</summary>
    /// <param name="inputs">What the models see instead, [N, ...]; as it is if not given.</param>
    /// <param name="indices">The samples' numbers in another source, [N] int64; as they are if not given.</param>
    /// <returns>A batch with the same labels.</returns>
    /// <exception cref="NotSupportedException">A derived batch does not override this method, and would lose what it carries.</exception>
    public virtual Batch With(Tensor? inputs = null, Tensor? indices = null)
    {
        RequireOwn(typeof(Batch), nameof(With));
        return new Batch(inputs ?? Inputs, Labels, indices ?? Indices, Share).OfFull(FullCount);
    }

    /// <summary>Marks a batch, or a piece of one, as one of a run whose batches have so many samples.</summary>
    internal Batch OfFull(long count)
    {
        FullCount = count;
        return this;
    }

    /// <summary>Repeats the samples, from the first on, until there are so many; <see langword="null"/> where a derived batch carries what this class does not know.</summary>
    internal virtual Batch? Repeated(long count)
    {
        if (GetType() != typeof(Batch))
        {
            return null;
        }

        Tensor rows = RowsOf(count, Inputs.device);
        return new Batch(Inputs.index_select(0, rows), Labels?.index_select(0, rows), Indices.index_select(0, RowsOf(count, Indices.device)), Share).OfFull(count);
    }

    private protected Tensor RowsOf(long count, torch.Device device) => torch.tensor([.. Enumerable.Range(0, (int)count).Select(row => row % Count)], device: device);

    private protected IReadOnlyList<Batch> Pieces(Type own, long size, Func<long, long, double, Batch> cut)
    {
        Require.Positive(size);
        if (Count <= size)
        {
            return [this];
        }

        RequireOwn(own, nameof(Split));
        var pieces = new List<Batch>();
        for (long start = 0; start < Count; start += size)
        {
            long count = Math.Min(size, Count - start);
            pieces.Add(cut(start, count, Share * count / Count));
        }

        return pieces;
    }

    // CUDA copies without waiting from page-locked memory alone.
    private protected static Tensor Copy(Tensor tensor, torch.Device device)
    {
        if (device.type != DeviceType.CUDA || tensor.device_type != DeviceType.CPU)
        {
            return tensor.to(device, non_blocking: true);
        }

        using Tensor pinned = tensor.pin_memory();
        return pinned.to(device, non_blocking: true);
    }

    // A device without an index is the first of its type; the processor has none.
    private protected bool IsOn(torch.Device device) =>
        Inputs.device_type == device.type && Inputs.device_index == (device.type == DeviceType.CPU ? -1 : Math.Max(device.index, 0));

    private protected void RequireOwn(Type own, string method)
    {
        if (GetType() != own)
        {
            throw new NotSupportedException($"{GetType().Name} derives from {own.Name} and must override {method}, or what it carries besides is lost.");
        }
    }
}
