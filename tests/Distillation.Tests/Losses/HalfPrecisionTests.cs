using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>
/// Students and teachers in float16 and bfloat16: losses are computed in float32, so that neither a bound nor a sum of theirs leaves the range of the type.
/// </summary>
public sealed class HalfPrecisionTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string, torch.ScalarType> Cases
    {
        get
        {
            var data = new TheoryData<string, torch.ScalarType>();
            foreach (string name in LossZoo.Types.Select(type => type.Name))
            {
                data.Add(name, torch.ScalarType.Float16);
                data.Add(name, torch.ScalarType.BFloat16);
            }

            return data;
        }
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_those_of_the_same_numbers_in_float64(string name, torch.ScalarType dtype)
    {
        using ZooModels half = new ZooModels(LossZoo.Make(name), LossZoo.SamplesOfFloat32(name), dtype: dtype).Prepare();
        using ZooModels exact = Widened(half, name);

        Tensor value = half.Compute();
        Tensor expected = exact.Compute();
        value.backward();
        expected.backward();

        // A connector computes in the type of the layer.
        double relative = (dtype == torch.ScalarType.Float16 ? 5e-3 : 4e-2) * (name == nameof(ReusedClassifierLoss) ? 4 : 1);
        Close.ShouldBe(Close.Numbers(value)[0], Close.Numbers(expected)[0], relative);
        foreach ((Parameter of, Parameter wanted) in half.Outputs.Zip(exact.Outputs, (one, other) => (one.Tensor, other.Tensor)))
        {
            Close.ShouldBe(Gradient(of), Gradient(wanted), relative);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_finite_at_extremes(string name, torch.ScalarType dtype)
    {
        foreach (Action<ZooModels> fill in new Action<ZooModels>[] { Equal, Zero, Large, Alike })
        {
            using var models = new ZooModels(LossZoo.Make(name), dtype: dtype);
            using (torch.no_grad())
            {
                fill(models);
            }

            models.Prepare();
            Tensor value = models.Compute();
            value.backward();

            double.IsFinite(Close.Numbers(value)[0]).Should().BeTrue($"the value after {fill.Method.Name} is {Close.Numbers(value)[0]}");
            models.Outputs.SelectMany(output => Gradient(output.Tensor))
                .Should().AllSatisfy(number => double.IsFinite(number).Should().BeTrue(fill.Method.Name));
        }
    }

    private static void Equal(ZooModels models)
    {
        models.StudentLogits.fill_(3);
        models.TeacherLogits.fill_(3);
    }

    private static void Zero(ZooModels models) => models.FillLayers(0);

    // The square of their difference passes the largest float16.
    private static void Large(ZooModels models)
    {
        models.StudentLogits.mul_(100);
        models.TeacherLogits.mul_(-100);
        foreach (Tensor layer in models.StudentLayers.Values.Concat(models.TeacherLayers.Values).Where(layer => torch.is_floating_point(layer)))
        {
            layer.mul_(100);
        }
    }

    private static void Alike(ZooModels models)
    {
        models.StudentLogits.copy_(models.TeacherLogits);
        foreach (Parameter layer in models.StudentLayers.Values)
        {
            layer.copy_(layer.narrow(0, 0, 1).expand_as(layer).clone());
        }
    }

    private static ZooModels Widened(ZooModels half, string name)
    {
        var exact = new ZooModels(LossZoo.Make(name), LossZoo.SamplesOfFloat32(name));
        using (torch.no_grad())
        {
            exact.StudentLogits.copy_(half.StudentLogits);
            exact.TeacherLogits.copy_(half.TeacherLogits);
            foreach ((Feature feature, Parameter layer) in exact.StudentLayers)
            {
                layer.copy_(half.StudentLayers[feature]);
            }

            foreach ((Feature feature, Tensor layer) in exact.TeacherLayers)
            {
                layer.copy_(half.TeacherLayers[feature]);
            }
        }

        exact.Prepare();
        using (torch.no_grad())
        {
            (Tensor Of, Tensor From)[] learned = [.. State(exact.Loss).Zip(State(half.Loss))];
            Array.ForEach(learned, pair => pair.Of.copy_(pair.From));
        }

        return exact;
    }

    private static IEnumerable<Tensor> State(IDistillationLoss loss) =>
        loss.Module?.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value) ?? [];

    private static double[] Gradient(Parameter tensor) => tensor.grad is { } gradient ? Close.Numbers(gradient) : new double[tensor.numel()];
}
