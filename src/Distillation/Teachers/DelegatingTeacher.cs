namespace Distillation.Teachers;

/// <summary>Passes everything on to another teacher. Derive from it to add to what a teacher does, and override that alone.</summary>
/// <param name="inner">The teacher that is wrapped; it stays the caller's.</param>
public abstract class DelegatingTeacher(ITeacher inner) : ITeacher
{
    /// <inheritdoc/>
    public virtual IReadOnlyCollection<Feature>? AvailableFeatures => Inner.AvailableFeatures;

    /// <summary>Gets the teacher that is wrapped.</summary>
    protected ITeacher Inner { get; } = Require.Present(inner);

    /// <inheritdoc/>
    public virtual ModelOutput Predict(Batch batch, FeatureSet features) => Inner.Predict(batch, features);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    /// <remarks><see langword="null"/> unless it is overridden: what a derived teacher adds decides too.</remarks>
    public virtual string? Fingerprint() => null;

    /// <summary>Finds all teachers of which a teacher is made, as far as they are known: itself, what it wraps, and the members of an ensemble.</summary>
    internal static IEnumerable<ITeacher> PartsOf(ITeacher teacher) =>
    [
        teacher,
        .. teacher switch
        {
            DelegatingTeacher wrapper => PartsOf(wrapper.Inner),
            IEnsemble ensemble => ensemble.Members.SelectMany(PartsOf),
            _ => [],
        },
    ];

    /// <summary>Releases what the derived teacher made. The wrapped teacher stays the caller's.</summary>
    /// <param name="disposing">Always <see langword="true"/>: there is no finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
