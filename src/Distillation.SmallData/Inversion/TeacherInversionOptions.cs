namespace Distillation.SmallData;

/// <summary>How inputs are optimized for a teacher.</summary>
public sealed record TeacherInversionOptions
{
    /// <summary>Gets the number of updates of each batch of inputs.</summary>
    /// <value>Positive. The default value is 500; the paper takes 2 000 for CIFAR-10.</value>
    public int Steps { get; init => field = Require.Positive(value); } = 500;

    /// <summary>Gets how many inputs are optimized together: the statistics are those of so many.</summary>
    /// <value>At least 2. The default value is 100.</value>
    public int BatchSize { get; init => field = Require.InRange(value, 2, int.MaxValue); } = 100;

    /// <summary>Gets the learning rate of the inputs, by Adam.</summary>
    /// <value>Positive. The default value is 0.05.</value>
    public double LearningRate { get; init => field = Require.Positive(value); } = 0.05;

    /// <summary>Gets the weight of the statistics of batch normalization, α_f.</summary>
    /// <value>Zero or positive. The default value is 10, that of the authors' code. With 0 the teacher needs no batch normalization.</value>
    public double BatchStatisticsWeight { get; init => field = Require.NotNegative(value); } = 10;

    /// <summary>Gets the weight of the total variation of images, α_tv. Inputs that are not [N, C, H, W] have none.</summary>
    /// <value>Zero or positive. The default value is 2.5e-5, the paper's for CIFAR-10.</value>
    public double TotalVariationWeight { get; init => field = Require.NotNegative(value); } = 2.5e-5;

    /// <summary>Gets the weight of the Euclidean length of all inputs, α_l2.</summary>
    /// <value>Zero or positive. The default value is 3e-8, the paper's for CIFAR-10.</value>
    public double LengthWeight { get; init => field = Require.NotNegative(value); } = 3e-8;

    /// <summary>Gets the weight of the competition with a student, α_c (Adaptive DeepInversion).</summary>
    /// <value>Zero or positive; positive with a student, and only then. The default value is 0; the paper takes 10.</value>
    public double CompetitionWeight { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets by what logits are divided in the competition.</summary>
    /// <value>Positive. The default value is 3, that of the authors' code.</value>
    public double CompetitionTemperature { get; init => field = Require.Positive(value); } = 3;

    /// <summary>Gets by how many pixels images are rolled at most in each direction, anew at each update, before the teacher runs on them.</summary>
    /// <value>Zero or positive. The default value is 2.</value>
    public int Jitter { get; init => field = Require.NotNegative(value); } = 2;

    /// <summary>Gets how many different inputs the generator makes; after the last one the first comes again.</summary>
    /// <value>Positive. The default value is 1 000.</value>
    public int PoolSize { get; init => field = Require.Positive(value); } = 1_000;

    /// <summary>Gets the number from which the first inputs and the rolls of the generator follow.</summary>
    /// <value>Any number. The default value is 0.</value>
    public int Seed { get; init; }
}
