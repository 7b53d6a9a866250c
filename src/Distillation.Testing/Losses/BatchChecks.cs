using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Testing;

/// <summary>Checks a loss by updates, and by parts of a batch.</summary>
internal sealed class BatchChecks(Func<IDistillationLoss> create, LossCheckOptions options)
{
    private const int Steps = 100;
    private const double StepLength = 1e-4;

    /// <summary>No tensor is left after 100 updates.</summary>
    public string? LiveTensors()
    {
        using var probe = new LossProbe(create(), options);
        using var scheme = new DistillationScheme(probe.Teacher, new Learner(probe.Student, probe.Loss, new SgdOptimizer(1e-6)));
        using (torch.NewDisposeScope())
        using (torch.no_grad())
        {
            scheme.Prepare(probe.Batch);
        }

        long left = Testing.LiveTensors.Growth(() =>
        {
            for (int i = 0; i < Steps; i++)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                var position = new TrainingPosition(i, i, Steps, 1);
                scheme.AccumulateGradients(probe.Batch, position);
                ((ITrainingScheme)scheme).Update(position);
            }
        });
        return left == 0 ? null : $"{Steps} updates must leave no tensor, but left {left}.";
    }

    /// <summary>A small step along the negative gradient lowers the loss.</summary>
    public string? Descent()
    {
        using var probe = new LossProbe(create(), options);
        Tensor before = probe.Compute();
        before.backward();
        (Parameter Tensor, Tensor? Gradient)[] outputs = [.. probe.Outputs.Select(output => (output.Tensor, output.Tensor.grad))];
        double square = outputs.Sum(output => output.Gradient is { } gradient ? Numbers.Of(gradient).Sum(number => number * number) : 0);
        if (!(square > 0))
        {
            return $"The gradient at the outputs of the student must not be zero everywhere, but the sum of its squares is {Numbers.Text(square)}.";
        }

        using (torch.no_grad())
        {
            foreach ((Parameter tensor, Tensor? gradient) in outputs)
            {
                _ = gradient is null ? tensor : tensor.AddInPlace(gradient, -StepLength / Math.Sqrt(square));
            }
        }

        (double first, double second) = (Numbers.Of(before)[0], Numbers.Of(probe.Compute())[0]);
        return second < first
            ? null
            : $"A step of length {Numbers.Text(StepLength)} along the negative gradient must lower the loss {first:R}, but it is {second:R}.";
    }

    /// <summary>The value of a loss that compares no samples is the weighted mean of its values for the parts of a batch.</summary>
    public string? Parts()
    {
        using var probe = new LossProbe(create(), options);
        if (probe.Loss.ComparesSamples || probe.Loss.Module?.modules().OfType<BatchNorm>().Any() == true)
        {
            return null;
        }

        using IDisposable noGradient = torch.no_grad();
        Batch whole = probe.Batch;
        ModelOutput student = probe.Context.Student;
        double expected = Numbers.Of(probe.Compute())[0];
        double? weight = Weight(whole, student);
        double mean = 0;
        long start = 0;
        foreach (Batch part in whole.Split((whole.Count / 2) + 1))
        {
            ModelOutput ofStudent = Rows(student, start, part.Count);
            double value = Numbers.Of(probe.Compute(
                new DistillationContext(ofStudent, Rows(probe.Context.Teacher, start, part.Count), part, probe.Context.Position)))[0];
            double share = Weight(part, ofStudent) is { } own && weight is > 0 ? own / weight.Value : (double)part.Count / whole.Count;
            mean += share * value;
            start += part.Count;
        }

        return Numbers.Difference(
            $"{nameof(IDistillationLoss.ComparesSamples)} is false, so the weighted mean of the values for two parts of the batch",
            mean,
            expected,
            options.PartsTolerance);

        double? Weight(Batch batch, ModelOutput output) => probe.Loss.GetWeight(batch, output) is { } tensor ? Numbers.Of(tensor)[0] : null;
    }

    private static ModelOutput Rows(ModelOutput output, long start, long count) => new(
        output.Logits.narrow(0, start, count),
        output.Features.ToDictionary(feature => feature, feature => output[feature].narrow(0, start, count)));
}
