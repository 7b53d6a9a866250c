namespace Distillation.Testing;

/// <summary>A single check, which a test framework can show as a test of its own.</summary>
public sealed class Check
{
    private readonly Func<string?> _find;
    private readonly int _seed;

    internal Check(string name, Func<string?> find, int seed, string? skipReason)
    {
        (Name, SkipReason) = (name, skipReason);
        (_find, _seed) = (find, seed);
    }

    /// <summary>Gets the name.</summary>
    /// <value>The name by which options skip the check, and which <see cref="CheckFailure.Check"/> has.</value>
    public string Name { get; }

    /// <summary>Gets why the check is skipped.</summary>
    /// <value>The reason that the options have, or <see langword="null"/>: the check runs.</value>
    public string? SkipReason { get; }

    /// <summary>Runs the check; a skipped one does nothing.</summary>
    /// <remarks>
    /// The random numbers of libtorch follow from the seed of the options. Afterward its generator and the gradient mode have the state they had, and the
    /// tensors that the check made are disposed.
    /// </remarks>
    /// <exception cref="CheckFailedException">The check failed, or what it checks threw an exception.</exception>
    public void Run()
    {
        if (Find() is { } failed)
        {
            throw new CheckFailedException([failed.Failure], failed.Exception);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => SkipReason is null ? Name : $"{Name} (skipped: {SkipReason})";

    /// <summary>Creates the checks of a kind, of which some may be skipped.</summary>
    /// <exception cref="ArgumentException">A skipped check does not exist.</exception>
    internal static IReadOnlyList<Check> Create(
        IReadOnlyDictionary<string, string> skip, int seed, params IReadOnlyList<(string Name, Func<string?> Find)> checks)
    {
        if (skip.Keys.FirstOrDefault(name => checks.All(check => check.Name != name)) is { } unknown)
        {
            throw new ArgumentException(
                $"Skip must name checks that exist, but has '{unknown}'. There are: {string.Join(", ", checks.Select(check => check.Name))}.", nameof(skip));
        }

        return [.. checks.Select(check => new Check(check.Name, check.Find, seed, skip.GetValueOrDefault(check.Name)))];
    }

    /// <summary>Runs all checks, and throws one exception with all failures.</summary>
    internal static void RunAll(IReadOnlyList<Check> checks)
    {
        (CheckFailure Failure, Exception? Exception)[] failed = [.. checks.Select(check => check.Find()).OfType<(CheckFailure, Exception?)>()];
        if (failed.Length > 0)
        {
            throw new CheckFailedException([.. failed.Select(one => one.Failure)], failed[0].Exception);
        }
    }

    private (CheckFailure Failure, Exception? Exception)? Find()
    {
        if (SkipReason is not null)
        {
            return null;
        }

        using var generator = new ForkedRng(_seed);
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable gradient = torch.enable_grad();
#pragma warning disable CA1031 // Whatever the checked class throws is a failure of the check.
        try
        {
            return _find() is { } message ? (new CheckFailure { Check = Name, Message = message }, null) : null;
        }
        catch (Exception exception)
        {
            return (new CheckFailure { Check = Name, Message = $"{exception.GetType().Name}: {exception.Message}" }, exception);
        }
#pragma warning restore CA1031
    }
}
