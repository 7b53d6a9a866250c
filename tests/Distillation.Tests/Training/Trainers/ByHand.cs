namespace Distillation.Tests.Training.Trainers;

/// <summary>A loop written by hand: plain gradient descent over the batches of the data in their order, in float64.</summary>
internal static class ByHand
{
    /// <summary>Options of runs that make the same updates.</summary>
    public static TrainerOptions Options(int epochs, int batchSize, double rate) =>
        new() { Epochs = epochs, BatchSize = batchSize, Order = SampleOrder.Sequential, Optimizer = new SgdOptimizer(rate) };

    /// <summary>Descends on the loss of each batch.</summary>
    /// <param name="parameters">The parameters that are updated.</param>
    /// <param name="data">The data; a number of whole batches.</param>
    /// <param name="options">Those of <see cref="Options"/>.</param>
    /// <param name="loss">Computes the loss of inputs, labels and the number of the update.</param>
    /// <param name="updated">What is done after each update, without gradients.</param>
    public static void Descend(
        IEnumerable<Parameter> parameters, TensorData data, TrainerOptions options, Func<Tensor, Tensor, int, Tensor> loss, Action? updated = null)
    {
        Parameter[] all = [.. parameters];
        double rate = options.Optimizer.LearningRate.At(default);
        int step = 0;
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            for (long first = 0; first < data.Count; first += options.BatchSize, step++)
            {
                using var scope = torch.NewDisposeScope();
                Array.ForEach(all, parameter => parameter.grad = null);
                loss(data.Inputs.narrow(0, first, options.BatchSize), data.Labels!.narrow(0, first, options.BatchSize), step).backward();
                using (torch.no_grad())
                {
                    foreach (Parameter parameter in all.Where(parameter => parameter.grad is not null))
                    {
                        parameter.sub_(parameter.grad! * rate);
                    }

                    updated?.Invoke();
                }
            }
        }

        Array.ForEach(all, parameter => parameter.grad = null);
    }

    /// <summary>Cross entropy with class ids.</summary>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels) => torch.nn.functional.cross_entropy(logits, labels);

    /// <summary>T² times the mean divergence of the student's softened probabilities from the teacher's, which are constants.</summary>
    public static Tensor Divergence(Tensor student, Tensor teacher, double temperature)
    {
        Tensor target = (teacher.detach() / temperature).softmax(1);
        Tensor log = (student / temperature).log_softmax(1);
        return (target * (target.log() - log)).sum(1).mean() * (temperature * temperature);
    }
}
