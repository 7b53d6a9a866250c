namespace Distillation.Models;

/// <summary>Passes everything on to another teacher. Derive from it to add to what a teacher does, and override that alone.</summary>
/// <param name="inner">The teacher that is wrapped; the caller disposes it.</param>
public abstract class DelegatingTeacher(ITeacher inner) : ITeacher
{
    /// <inheritdoc/>
    public virtual IReadOnlyCollection<Feature>? AvailableFeatures => Inner.AvailableFeatures;

    /// <summary>Gets the teacher that is wrapped.</summary>
    protected ITeacher Inner { get; } = Require.Present(inner);

    /// <summary>Gets what ends the call that is going on.</summary>
    private protected CancellationToken Cancellation { get; private set; }

    /// <inheritdoc/>
    /// <remarks>
    /// An override that reaches the wrapped teacher with <c>base.Predict(batch, features)</c> hands the token of a call that can be canceled on to it;
    /// <c>Inner.Predict(batch, features)</c> does not.
    /// </remarks>
    public virtual ModelOutput Predict(Batch batch, FeatureSet features) => Inner.Predict(batch, features, Cancellation);

    /// <inheritdoc/>
    public virtual ModelOutput Predict(Batch batch, FeatureSet features, CancellationToken cancellationToken)
    {
        // What a derived teacher overrides is the method without a token: the token waits here for its call of the base.
        Cancellation = cancellationToken;
        try
        {
            return Predict(batch, features);
        }
        finally
        {
            Cancellation = default;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    /// <remarks><see langword="null"/> unless it is overridden: what a derived teacher adds decides too.</remarks>
    public virtual string? Fingerprint() => null;

    /// <inheritdoc/>
    /// <remarks><see langword="false"/> unless it is overridden: what a derived teacher adds decides too.</remarks>
    public virtual bool AcceptsRepeatedSamples => false;

    /// <summary>
    /// Enumerates the teachers that a teacher consists of: itself, the one that it wraps, the members of an ensemble, and the teachers of tasks, at any depth.
    /// </summary>
    /// <param name="teacher">The teacher.</param>
    /// <returns>The teachers, from the outside in.</returns>
    public static IEnumerable<ITeacher> PartsOf(ITeacher teacher) =>
    [
        teacher,
        .. teacher switch
        {
            DelegatingTeacher wrapper => PartsOf(wrapper.Inner),
            IEnsemble ensemble => ensemble.Members.SelectMany(PartsOf),
            TaskTeacher tasks => tasks.Teachers.SelectMany(PartsOf),
            _ => [],
        },
    ];

    /// <summary>Releases what the derived teacher made. The caller disposes the wrapped teacher.</summary>
    /// <param name="disposing">Always <see langword="true"/>: there is no finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
