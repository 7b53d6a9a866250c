namespace Distillation.Testing;

/// <summary>One or more checks failed.</summary>
#pragma warning disable CA1032 // Checks throw it, with their failures.
public sealed class CheckFailedException : Exception
#pragma warning restore CA1032
{
    internal CheckFailedException(IReadOnlyList<CheckFailure> failures, Exception? inner = null)
        : base(Text(failures), inner) => Failures = failures;

    /// <summary>Gets the failures, in the order of the checks.</summary>
    /// <value>At least one.</value>
    public IReadOnlyList<CheckFailure> Failures { get; }

    private static string Text(IReadOnlyList<CheckFailure> failures) => failures.Count == 1
        ? failures[0].ToString()
        : $"{failures.Count} checks failed.{Environment.NewLine}{string.Join(Environment.NewLine, failures)}";
}
