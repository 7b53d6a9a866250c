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

    /// <summary>Finds the teachers of which a teacher is made, behind what wraps them.</summary>
    internal static IEnsemble? EnsembleIn(ITeacher teacher) => teacher as IEnsemble ?? (teacher is DelegatingTeacher wrapper ? EnsembleIn(wrapper.Inner) : null);

    /// <summary>Finds the networks that a teacher asks, behind what wraps them, as far as they are known.</summary>
    internal static IEnumerable<torch.nn.Module> NetworksIn(ITeacher teacher) => teacher switch
    {
        INetworkTeacher known => [known.Network],
        DelegatingTeacher wrapper => NetworksIn(wrapper.Inner),
        IEnsemble ensemble => ensemble.Members.SelectMany(NetworksIn),
        _ => [],
    };

    /// <summary>Releases what the derived teacher made. The wrapped teacher stays the caller's.</summary>
    /// <param name="disposing">Always <see langword="true"/>: there is no finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
