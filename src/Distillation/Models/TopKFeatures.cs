namespace Distillation.Models;

/// <summary>The features under which the likeliest classes of a teacher are stored.</summary>
internal static class TopKFeatures
{
    /// <summary>Gets the classes, [N, k], int64.</summary>
    public static Feature Indices { get; } = "topk.indices";

    /// <summary>Gets their log-probabilities, [N, k].</summary>
    public static Feature LogProbabilities { get; } = "topk.log_probabilities";
}
