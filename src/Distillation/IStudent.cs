namespace Distillation;

/// <summary>A model that learns.</summary>
/// <remarks>An instance is used by one thread at a time. Disposing it releases what it made (hooks), never the module it was given.</remarks>
public interface IStudent : IDisposable
{
    /// <summary>Gets the module that holds the parameters, the mode and the state to save.</summary>
    torch.nn.Module Module { get; }

    /// <summary>Gets the layers that can be required, or <see langword="null"/> where the student cannot list them.</summary>
    IReadOnlyCollection<Feature>? AvailableFeatures => null;

    /// <summary>Runs the model on a batch, in the mode that the module is in.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="features">The inner layers to give beside the logits.</param>
    /// <returns>Logits [N, C] and the required features, attached to the graph, owned by the current dispose scope.</returns>
    ModelOutput Forward(Batch batch, FeatureSet features);

    // A student without resources writes no Dispose, and `using` works all the same.
    void IDisposable.Dispose() => GC.SuppressFinalize(this);
}
