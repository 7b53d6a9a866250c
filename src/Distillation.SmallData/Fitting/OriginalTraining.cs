using Distillation.Losses;
using Distillation.Models;
using Distillation.Training;

namespace Distillation.SmallData;

/// <summary>Trains new models on a small data set. Their weights, the order and all else follow from the seed.</summary>
internal static class OriginalTraining
{
    /// <summary>
    /// A training that suits small data: 2 000 steps of 64 samples, AdamW with weight decay 0.5, the learning rate falling from 0.003 to 0 along a cosine.
    /// </summary>
    public static TrainerOptions Default { get; } = new() { Steps = 2_000, Optimizer = new AdamWOptimizer(new Schedule.Cosine(3e-3)) { WeightDecay = 0.5 } };

    /// <summary>Takes the options of several runs, which cannot share a directory of checkpoints.</summary>
    public static TrainerOptions Several(TrainerOptions training) => Require.Present(training).Checkpoints is { } checkpoints
        ? throw new ArgumentException(
            $"Several networks are trained with these options, and cannot share the checkpoints in '{checkpoints.Directory}': "
            + $"leave {nameof(TrainerOptions.Checkpoints)} out.",
            nameof(training))
        : training;

    /// <summary>Creates a model and trains it on labels.</summary>
    /// <returns>The model, in evaluation mode; the caller disposes it.</returns>
    public static torch.nn.Module<Tensor, Tensor> Fit(
        Func<torch.nn.Module<Tensor, Tensor>> make,
        IDataSource samples,
        TrainerOptions training,
        int seed,
        CancellationToken cancellationToken,
        EvaluationTask? task = null) =>
        Train(
            make,
            seed,
            student => new SupervisedTrainer(student, TaskRules.Of(task ?? EvaluationTask.Classification).LabelLoss(), training with { Seed = seed })
                .Fit(samples, cancellationToken: cancellationToken),
            cancellationToken);

    /// <summary>Creates a model and distils another one into it: half soft targets, half labels.</summary>
    /// <returns>The model, in evaluation mode; the caller disposes it.</returns>
    public static torch.nn.Module<Tensor, Tensor> Distil(
        torch.nn.Module<Tensor, Tensor> original,
        Func<torch.nn.Module<Tensor, Tensor>> make,
        IDataSource samples,
        TrainerOptions training,
        int seed,
        CancellationToken cancellationToken,
        EvaluationTask? task = null)
    {
        using ITeacher teacher = Teacher.From(original);
        LossSum loss = TaskRules.Of(task ?? EvaluationTask.Classification).SimplificationLoss();
        return Train(
            make,
            seed,
            student => new DistillationTrainer(teacher, student, loss, training with { Seed = seed }).Fit(samples, cancellationToken: cancellationToken),
            cancellationToken);
    }

    /// <summary>Creates a model whose weights follow from the seed.</summary>
    public static torch.nn.Module<Tensor, Tensor> Make(Func<torch.nn.Module<Tensor, Tensor>> make, int seed)
    {
        torch.nn.Module<Tensor, Tensor> model = ParallelTrainings.Seeded(seed, make)
            ?? throw new InvalidOperationException("The delegate that makes a model must give one, but gave null.");
        OneDnnCheck.Run(model);
        return model;
    }

    private static torch.nn.Module<Tensor, Tensor> Train(
        Func<torch.nn.Module<Tensor, Tensor>> make, int seed, Action<IStudent> train, CancellationToken cancellationToken)
    {
        // Training needs gradients, whatever the caller has switched off.
        using var gradients = torch.enable_grad();
        torch.nn.Module<Tensor, Tensor> model = Make(make, seed);
        try
        {
            using IStudent student = Student.From(model);
            train(student);
            cancellationToken.ThrowIfCancellationRequested();
            model.eval();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
