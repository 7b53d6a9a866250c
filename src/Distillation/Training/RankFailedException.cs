namespace Distillation;

/// <summary>Another rank of a run failed, and the run ended on all ranks: see <see cref="IRanks"/>. The rank that failed throws its own exception.</summary>
public sealed class RankFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RankFailedException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    public RankFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">What caused it.</param>
    public RankFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal RankFailedException(IReadOnlyList<int> ranks)
        : base(ranks.Count == 1
            ? $"The run ended because rank {ranks[0]} failed. The exception is on that rank."
            : $"The run ended because ranks {string.Join(", ", ranks)} failed. The exceptions are on those ranks.") =>
        Ranks = ranks;

    /// <summary>Gets the numbers of the ranks that failed.</summary>
    /// <value>In ascending order; empty where they are not known.</value>
    public IReadOnlyList<int> Ranks { get; } = [];
}
