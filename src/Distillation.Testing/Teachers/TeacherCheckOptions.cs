namespace Distillation.Testing;

/// <summary>How a teacher is checked.</summary>
public sealed record TeacherCheckOptions
{
    /// <summary>Gets how far the rows of a batch that is filled up may be from those of the batch, relative to the largest number.</summary>
    /// <value>Positive. The default value is 1e-5.</value>
    public double RepeatedTolerance { get; init => field = Require.Positive(value); } = 1e-5;

    /// <summary>Gets the seed of libtorch's generator.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public int Seed { get; init => field = Require.NotNegative(value); } = 1;

    /// <summary>Gets the checks to skip: their names, each with the reason, which <see cref="Check.SkipReason"/> has.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyDictionary<string, string> Skip { get; init => field = Require.Present(value); } = new Dictionary<string, string>();
}
