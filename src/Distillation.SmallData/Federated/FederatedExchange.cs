namespace Distillation.SmallData;

/// <summary>What clients of scattered data give each other.</summary>
public enum FederatedExchange
{
    /// <summary>Models alone: each client has its own new samples labeled by all of them.</summary>
    Models,

    /// <summary>Models and new samples: each client learns from the new samples of all.</summary>
    ModelsAndSamples,
}
