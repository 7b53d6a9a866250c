namespace Distillation.SmallData;

/// <summary>What fragments of scattered data give each other.</summary>
public enum FederatedExchange
{
    /// <summary>Models alone: each fragment has its own new samples labeled by all of them.</summary>
    Models,

    /// <summary>Models and new samples: each fragment learns from the new samples of all.</summary>
    ModelsAndSamples,
}
