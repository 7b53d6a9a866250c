using System.Runtime.ExceptionServices;

namespace Distillation.Training;

/// <summary>What the ranks of a run decide together: a failure, a difference, a text of rank 0.</summary>
internal sealed class RankGroup
{
    private readonly IRanks _ranks;
    private Exception? _known;

    private RankGroup(IRanks ranks) => (_ranks, Rank, Count) = (ranks, ranks.Rank, ranks.Count);

    public int Rank { get; }

    public int Count { get; }

    /// <summary>Gets whether this is rank 0, which logs, reports progress and writes checkpoints.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>Returns the ranks of a run; <see langword="null"/> where there is one alone.</summary>
    /// <exception cref="ArgumentException">The number of the rank is not below the number of ranks.</exception>
    public static RankGroup? Of(IRanks? ranks)
    {
        if (ranks is null)
        {
            return null;
        }

        if (ranks.Count < 1 || ranks.Rank < 0 || ranks.Rank >= ranks.Count)
        {
            throw new ArgumentException(
                $"{nameof(TrainerOptions.Ranks)} must have a {nameof(IRanks.Rank)} in [0, {nameof(IRanks.Count)}) and one rank at least, "
                + $"but {ranks.GetType().Name} has rank {ranks.Rank} of {ranks.Count}.",
                nameof(ranks));
        }

        return ranks.Count == 1 ? null : new(ranks);
    }

    public void Sum(Tensor flat) => _ranks.Sum(flat);

    public void SumGradients(Tensor flat, long gradients) => _ranks.SumGradients(flat, gradients);

    public void Broadcast(Tensor flat) => _ranks.Broadcast(flat);

    /// <summary>Seeds libtorch's generator for a step: each rank draws its own numbers.</summary>
    public void Reseed(int seed, long step) =>
        torch.random.manual_seed(unchecked((long)SplitMix64.Mix(SplitMix64.Mix((ulong)seed, (ulong)step), (ulong)Rank)));

    /// <summary>Does something on every rank that needs no other rank; a failure of one rank ends it on all.</summary>
    /// <exception cref="RankFailedException">Another rank failed.</exception>
    public void Together(Action local)
    {
        Exception? failure = null;
        try
        {
            local();
        }
#pragma warning disable CA1031 // Whatever it is, it is thrown once all ranks know of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        RequireSuccess(Gather(failure is null ? 0 : 1), failure);
    }

    /// <summary>Throws the exception of this rank, or that others failed.</summary>
    /// <param name="marks">A number for each rank: 0 where it did not fail.</param>
    /// <param name="own">The exception of this rank, if it failed.</param>
    /// <exception cref="RankFailedException">Another rank failed.</exception>
    public void RequireSuccess(ReadOnlySpan<double> marks, Exception? own)
    {
        if (own is not null)
        {
            _known = own;
            ExceptionDispatchInfo.Throw(own);
        }

        if (Marked(marks) is { Count: > 0 } failed)
        {
            throw Known(new RankFailedException(failed));
        }
    }

    /// <summary>Requires the same bytes on all ranks.</summary>
    /// <param name="own">Those of this rank.</param>
    /// <param name="what">What they are of, in the plural.</param>
    /// <param name="hint">What would be right.</param>
    /// <exception cref="InvalidOperationException">A rank has others; it is thrown on all ranks.</exception>
    public void RequireSame(byte[] own, string what, string hint)
    {
        byte[] first = Broadcast(own);
        if (Marked(Gather(first.AsSpan().SequenceEqual(own) ? 0 : 1)) is { Count: > 0 } others)
        {
            throw Known(new InvalidOperationException(
                $"The {what} must be the same on all {Count} ranks, but those of rank {string.Join(", ", others)} differ from those of rank 0. {hint}"));
        }
    }

    /// <summary>Returns the bytes that rank 0 has.</summary>
    public byte[] Broadcast(byte[] own)
    {
        using Tensor length = torch.tensor([(long)own.Length]);
        Broadcast(length);
        long count = length.data<long>()[0];
        if (count == 0)
        {
            return [];
        }

        using Tensor bytes = IsFirst ? torch.tensor(own) : torch.zeros(count, torch.ScalarType.Byte);
        Broadcast(bytes);
        return bytes.bytes.ToArray();
    }

    /// <summary>Returns the number of each rank.</summary>
    public double[] Gather(double own)
    {
        double[] slots = new double[Count];
        slots[Rank] = own;
        using Tensor all = torch.tensor(slots);
        Sum(all);
        return all.data<double>().ToArray();
    }

    /// <summary>Shares numbered pieces of work: each rank does those whose number is its own modulo the number of ranks.</summary>
    /// <param name="count">How many pieces there are; the same on all ranks.</param>
    /// <param name="work">Does the pieces of the given numbers without another rank, and returns their results in this order.</param>
    /// <returns>The results of all pieces, on every rank.</returns>
    /// <exception cref="RankFailedException">Another rank failed.</exception>
    public byte[][] Share(int count, Func<IReadOnlyList<int>, IReadOnlyList<byte[]>> work)
    {
        int[] own = [.. Enumerable.Range(0, count).Where(number => number % Count == Rank)];
        IReadOnlyList<byte[]> results = [];
        Together(() => results = work(own));
        double[] ownLengths = new double[count];
        foreach ((int number, byte[] result) in own.Zip(results))
        {
            ownLengths[number] = result.Length;
        }

        using Tensor lengths = torch.tensor(ownLengths);
        Sum(lengths);
        int[] ends = [.. lengths.data<double>().Select(length => checked((int)length))];
        for (int number = 1; number < count; number++)
        {
            ends[number] = checked(ends[number] + ends[number - 1]);
        }

        if (count == 0 || ends[^1] == 0)
        {
            return [.. Enumerable.Range(0, count).Select(_ => Array.Empty<byte>())];
        }

        // Bytes are exact as numbers, and those of other ranks are zeros.
        float[] values = new float[ends[^1]];
        foreach ((int number, byte[] result) in own.Zip(results))
        {
            Array.ConvertAll(result, value => (float)value).CopyTo(values, ends[number] - result.Length);
        }

        using Tensor bytes = torch.tensor(values);
        Sum(bytes);
        byte[] all = Array.ConvertAll(bytes.data<float>().ToArray(), value => (byte)value);
        return [.. ends.Select((end, number) => all[(number == 0 ? 0 : ends[number - 1])..end])];
    }

    /// <summary>Ends all ranks for an exception that the others do not know of.</summary>
    public void Fail(Exception exception)
    {
        if (!ReferenceEquals(exception, _known) && exception is not (TrainingDivergedException or TrainingCanceledException))
        {
            _ranks.Fail(exception);
        }
    }

    private static List<int> Marked(ReadOnlySpan<double> marks)
    {
        var marked = new List<int>();
        for (int rank = 0; rank < marks.Length; rank++)
        {
            if (marks[rank] != 0)
            {
                marked.Add(rank);
            }
        }

        return marked;
    }

    private Exception Known(Exception exception) => _known = exception;
}
