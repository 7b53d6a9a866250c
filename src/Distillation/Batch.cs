namespace Distillation;

/// <summary>Some samples of a data source, together.</summary>
/// <remarks>
/// <para>Derive from it to carry more tensors (a mask, a second input): they stay typed, and models are reached with
/// <c>Student.From(module, (MaskedBatch b) => ...)</c>. A derived batch overrides <see cref="Create"/>, from which splitting, moving to a device and replacing
/// inputs follow.</para>
/// <para>The tensors belong to the dispose scope in which the batch was read.</para>
/// </remarks>
public class Batch
{
    /// <summary>Puts samples together.</summary>
    /// <param name="inputs">The inputs of the models, [N, ...].</param>
    /// <param name="labels">Class ids [N] int64, probabilities [N, C], targets, or nothing.</param>
    /// <param name="indices">[N] int64: each sample's number in its source.</param>
    /// <exception cref="ArgumentException">The tensors do not have the same number of samples.</exception>
    public Batch(Tensor inputs, Tensor? labels, Tensor indices)
    {
        Inputs = Require.Present(inputs);
        Labels = labels;
        Indices = Require.Present(indices);
        Count = inputs.size(0);
        if (indices.size(0) != Count || (labels is not null && labels.size(0) != Count))
        {
            throw new ArgumentException(
                $"A batch of {Count} inputs must have as many labels and indices, but has labels {Shapes.Of(labels)} and indices {Shapes.Of(indices)}.",
                nameof(inputs));
        }
    }

    /// <summary>Gets the inputs of the models, [N, ...].</summary>
    public Tensor Inputs { get; }

    /// <summary>Gets class ids [N] int64, probabilities [N, C], or targets; <see langword="null"/> where the source has none.</summary>
    public Tensor? Labels { get; }

    /// <summary>Gets each sample's number in its data source, [N] int64: the key of every cache.</summary>
    public Tensor Indices { get; }

    /// <summary>Gets the number of samples, N.</summary>
    public long Count { get; }

    /// <summary>Gets the batch of which this one is a micro-batch, made by <see cref="Split"/>.</summary>
    /// <value><see langword="null"/> where the batch is a whole one.</value>
    public Batch? Whole { get; internal set; }

    /// <summary>Gets the number of samples that the batches of the run have, but for the last of an epoch; or 0 where that is not known.</summary>
    internal long FullCount { get; private set; }

    /// <summary>Gets the labels of a batch that must have them.</summary>
    /// <returns>The labels.</returns>
    /// <exception cref="InvalidOperationException">The data source returns no labels.</exception>
    public Tensor RequireLabels() =>
        Labels ?? throw new InvalidOperationException(
            "The loss needs labels, and the data source returns none. Give it labels, or use a loss that learns from the teacher alone.");

    /// <summary>
    /// Splits the batch into micro-batches. A <see cref="Training.Learner"/> weighs the gradient of each by its part of <see cref="Whole"/>, so that they add
    /// up to that of the whole.
    /// </summary>
    /// <param name="size">The largest number of samples in a micro-batch; positive.</param>
    /// <returns>The micro-batches, in order: views of this batch, in the current dispose scope. A batch that is small enough is its own only one.</returns>
    /// <exception cref="NotSupportedException">A derived batch does not override <see cref="Create"/>, and would lose what it carries.</exception>
    public IReadOnlyList<Batch> Split(long size)
    {
        Require.Positive(size);
        if (Count <= size)
        {
            return [this];
        }

        var pieces = new List<Batch>();
        for (long start = 0; start < Count; start += size)
        {
            (long from, long count) = (start, Math.Min(size, Count - start));
            Tensor Cut(Tensor tensor) => tensor.narrow(0, from, count);
            Batch piece = Create(Cut(Inputs), Labels is null ? null : Cut(Labels), Cut(Indices), Cut);
            piece.Whole = Whole ?? this;
            pieces.Add(piece);
        }

        return pieces;
    }

    /// <summary>Copies the batch to a device.</summary>
    /// <param name="device">The device of the models.</param>
    /// <returns>The batch on the device, or this batch if it is there already. The indices stay where they are: they are keys.</returns>
    /// <exception cref="NotSupportedException">A derived batch does not override <see cref="Create"/>, and would lose what it carries.</exception>
    public Batch To(torch.Device device)
    {
        Require.Present(device);
        if (IsOn(device))
        {
            return this;
        }

        Tensor Move(Tensor tensor) => Copy(tensor, device);
        return Like(Create(Move(Inputs), Labels is null ? null : Move(Labels), Indices, Move));
    }

    /// <summary>Returns the same batch with other inputs, labels or indices.</summary>
    /// <param name="inputs">The inputs instead, [N, ...]; as they are if not given.</param>
    /// <param name="indices">The samples' numbers in another source, [N] int64; as they are if not given.</param>
    /// <param name="labels">The labels instead, [N] or [N, ...]; as they are if not given.</param>
    /// <returns>A batch of the same type.</returns>
    /// <exception cref="NotSupportedException">A derived batch does not override <see cref="Create"/>, and would lose what it carries.</exception>
    public Batch With(Tensor? inputs = null, Tensor? indices = null, Tensor? labels = null) =>
        Like(Create(inputs ?? Inputs, labels ?? Labels, indices ?? Indices, static tensor => tensor));

    /// <summary>Marks a batch, or a micro-batch, as one of a run whose batches have so many samples.</summary>
    internal Batch OfFull(long count)
    {
        FullCount = count;
        return this;
    }

    /// <summary>Repeats the samples, from the first on, until there are so many.</summary>
    /// <returns><see langword="null"/> where a derived batch does not override <see cref="Create"/>.</returns>
    internal Batch? Repeated(long count)
    {
        using Tensor rows = torch.tensor([.. Enumerable.Range(0, (int)count).Select(row => row % Count)]);
        Tensor Repeat(Tensor tensor)
        {
            using Tensor there = rows.to(tensor.device);
            return tensor.index_select(0, there);
        }

        try
        {
            return Like(Create(Repeat(Inputs), Labels is null ? null : Repeat(Labels), Repeat(Indices), Repeat)).OfFull(count);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Creates a batch of the same type from other tensors. A derived batch overrides it: <c>new MyBatch(inputs, labels, indices, each(Mask))</c>.
    /// </summary>
    /// <param name="inputs">The inputs, [M, ...].</param>
    /// <param name="labels">The labels, or nothing.</param>
    /// <param name="indices">The indices, [M] int64.</param>
    /// <param name="each">Maps every further tensor of this batch, [N, ...], to that of the new one, [M, ...].</param>
    /// <returns>The batch.</returns>
    /// <exception cref="NotSupportedException">A derived batch does not override this method.</exception>
    protected virtual Batch Create(Tensor inputs, Tensor? labels, Tensor indices, Func<Tensor, Tensor> each)
    {
        RequireOwn(typeof(Batch));
        return new Batch(inputs, labels, indices);
    }

    /// <summary>Creates an override of <see cref="Create"/> refuse batches of types that derive from it and do not override it themselves.</summary>
    /// <param name="own">The type whose override calls it.</param>
    /// <exception cref="NotSupportedException">The batch is of another type, whose further tensors would be lost.</exception>
    protected void RequireOwn(Type own)
    {
        if (GetType() != Require.Present(own))
        {
            throw new NotSupportedException(
                $"{GetType().Name} derives from {own.Name} and must override {nameof(Create)}, or what it carries besides is lost.");
        }
    }

    // CUDA copies without waiting from page-locked memory alone.
    private static Tensor Copy(Tensor tensor, torch.Device device)
    {
        if (device.type != DeviceType.CUDA || tensor.device_type != DeviceType.CPU)
        {
            return tensor.to(device, non_blocking: true);
        }

        using Tensor pinned = tensor.pin_memory();
        return pinned.to(device, non_blocking: true);
    }

    // A device without an index is the first of its type; the processor has none.
    private bool IsOn(torch.Device device) =>
        Inputs.device_type == device.type && Inputs.device_index == (device.type == DeviceType.CPU ? -1 : Math.Max(device.index, 0));

    private Batch Like(Batch other)
    {
        (other.Whole, other.FullCount) = (Whole, FullCount);
        return other;
    }
}
