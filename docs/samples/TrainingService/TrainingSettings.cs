using System.ComponentModel.DataAnnotations;

namespace TrainingService;

/// <summary>The section <c>Training</c> of the configuration.</summary>
internal sealed class TrainingSettings
{
    /// <summary>Gets the directory of the checkpoints: the service started again goes on from there.</summary>
    [Required]
    public string Directory { get; init; } = "training-service";

    /// <summary>Gets the number of passes over the images.</summary>
    [Range(1, 10_000)]
    public int Epochs { get; init; } = 60;
}
