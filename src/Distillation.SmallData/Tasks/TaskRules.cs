using Distillation.Evaluation;
using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>What differs between one class of several, several labels, and the targets of a regression: losses, labels by a teacher, costs.</summary>
internal sealed class TaskRules
{
    private static readonly TaskRules Classes = new(EvaluationTask.Classification);
    private static readonly TaskRules Presence = new(EvaluationTask.MultiLabel);
    private static readonly TaskRules Numbers = new(EvaluationTask.Regression);

    private TaskRules(EvaluationTask task) => Task = task;

    public EvaluationTask Task { get; }

    public bool IsClassification => ReferenceEquals(this, Classes);

    public bool IsRegression => ReferenceEquals(this, Numbers);

    /// <summary>Returns the rules of a task.</summary>
    /// <exception cref="ArgumentException">Generators and recipes have no rules for the task.</exception>
    public static TaskRules Of(EvaluationTask task, string argument = "Task") =>
        new[] { Classes, Presence, Numbers }.FirstOrDefault(rules => rules.Task.Name == Require.Present(task, argument).Name)
        ?? throw new ArgumentException(
            $"{argument} must be {nameof(EvaluationTask.Classification)}, {nameof(EvaluationTask.MultiLabel)} or {nameof(EvaluationTask.Regression)}, "
            + $"but is {task.Name}.",
            argument);

    /// <summary>Returns the loss on labels.</summary>
    public IDistillationLoss LabelLoss() => IsClassification ? new HardLabelLoss() : IsRegression ? new TargetMseLoss() : new BinaryLabelLoss();

    /// <summary>Returns the loss of a simplified model: half the outputs of the original, half labels.</summary>
    public LossSum SimplificationLoss() => IsClassification ? (0.5 * new SoftTargetLoss(1)) + (0.5 * new HardLabelLoss())
        : IsRegression ? (0.5 * new LogitMseLoss()) + (0.5 * new TargetMseLoss())
        : (0.5 * new BinarySoftTargetLoss()) + (0.5 * new BinaryLabelLoss());

    /// <summary>Makes labels of outputs [N, C]: probabilities; of a regression the outputs themselves.</summary>
    public Tensor ToLabels(Tensor outputs, double temperature) => IsClassification ? functional.softmax(outputs.Div(temperature), 1)
        : IsRegression ? outputs.alias()
        : torch.sigmoid(outputs.Div(temperature));

    /// <summary>Fits what outputs are divided by to have the best likelihood; 1 of a regression.</summary>
    /// <param name="outputs">[N, C].</param>
    /// <param name="truth">Class ids [N]; labels of 0 and 1, or targets, [N, C].</param>
    public double Temperature(Tensor outputs, Tensor truth)
    {
        if (IsRegression)
        {
            return 1;
        }

        using var scope = torch.NewDisposeScope();
        return IsClassification
            ? TemperatureScaling.Fit(outputs, truth)
            : TemperatureScaling.Fit(
                torch.stack([torch.zeros_like(outputs), outputs], 2).view(-1, 2), truth.round().to(torch.ScalarType.Int64).reshape(-1));
    }

    /// <summary>Computes what a fit minimizes for each sample, [N]: the negative log-likelihood, of a regression the mean squared error.</summary>
    public Tensor Costs(Tensor outputs, Tensor truth) => IsClassification
        ? functional.cross_entropy(outputs, truth, reduction: Reduction.None)
        : IsRegression
            ? (outputs - truth).Square().mean([1])
            : functional.binary_cross_entropy_with_logits(outputs, truth, reduction: Reduction.None).mean([1]);

    /// <summary>Computes the mean cost after the best temperature.</summary>
    public double CalibratedCost(Tensor outputs, Tensor truth)
    {
        using var scope = torch.NewDisposeScope();
        return Costs(outputs.Div(Temperature(outputs, truth)), truth).mean().item<double>();
    }
}
