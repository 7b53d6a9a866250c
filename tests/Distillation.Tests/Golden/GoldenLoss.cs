using static TorchSharp.torch.nn;

namespace Distillation.Tests.Golden;

/// <summary>Holds a loss against the cases of public PyTorch implementations: the value to 1e-9 relative, every gradient to 1e-8.</summary>
/// <remarks>
/// A case names its tensors: <c>student_logits</c>, <c>teacher_logits</c> and <c>labels</c>; any other <c>student...</c> or <c>teacher...</c> is the layer of
/// that name.
/// </remarks>
internal static class GoldenLoss
{
    private const double OfValue = 1e-9;
    private const double OfGradient = 1e-8;

    public static void ShouldBe(string name, Func<LossCase, IDistillationLoss> make, Action<LossCase, Module>? fill = null)
    {
        LossCase[] cases = [.. LossCases.Of(name)];
        cases.Should().NotBeEmpty($"there must be a case '{name}'");
        foreach (LossCase golden in cases)
        {
            ShouldBe(golden, make(golden), fill);
        }
    }

    /// <summary>Holds a loss against one case.</summary>
    /// <param name="golden">The case.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="fill">Puts the weights of the case in what the loss learns.</param>
    public static void ShouldBe(LossCase golden, IDistillationLoss loss, Action<LossCase, Module>? fill = null)
    {
        using var scope = torch.NewDisposeScope();
        Dictionary<string, Tensor> tensors = golden.Inputs.ToDictionary(input => input.Key, input => input.Value.ToTensor());
        foreach (string name in golden.Gradients.Keys)
        {
            tensors[name].requires_grad_();
        }

        DistillationContext context = Context(tensors);
        using (torch.no_grad())
        {
            loss.Prepare(context);
            fill?.Invoke(golden, loss.Module!);
        }

        Tensor value = loss.Compute(context);
        value.backward();

        Close.ShouldBe(value.item<double>(), golden.Loss, OfValue, $"{golden.Name}");
        foreach ((string name, GoldenTensor reference) in golden.Gradients)
        {
            Close.ShouldBe(Close.Numbers(tensors[name].grad!), reference.Data, OfGradient, $"{golden.Name}: the gradient at {name}");
        }

        if (loss.ClosedForm is { } closedForm)
        {
            using var noGradient = torch.no_grad();
            LossGradient closed = closedForm.Compute(context);
            Close.ShouldBe(closed.Value.item<double>(), golden.Loss, OfValue, $"{golden.Name} in closed form");
            Close.ShouldBe(Close.Numbers(closed.AtLogits), golden.Gradients["student_logits"].Data, OfGradient, $"{golden.Name}: the gradient in closed form");
        }
    }

    /// <summary>Puts the weights of a case, by their names, in what the loss learns.</summary>
    public static void Fill(LossCase golden, Module module)
    {
        using var scope = torch.NewDisposeScope();
        Dictionary<string, Parameter> parameters = module.named_parameters().ToDictionary(parameter => parameter.name, parameter => parameter.parameter);
        foreach ((string name, GoldenTensor weight) in golden.Read<Dictionary<string, GoldenTensor>>("weights"))
        {
            parameters[name].shape.Should().Equal(weight.Shape, name);
            parameters[name].copy_(weight.ToTensor());
        }
    }

    private static DistillationContext Context(Dictionary<string, Tensor> tensors)
    {
        long samples = tensors.Values.First().size(0);
        Tensor Logits(string name) => tensors.TryGetValue(name, out Tensor? logits) ? logits : torch.zeros(samples, 2, torch.ScalarType.Float64);
        Dictionary<Feature, Tensor> Layers(string who) =>
            tensors.Where(tensor => tensor.Key.StartsWith(who, StringComparison.Ordinal) && !tensor.Key.EndsWith("logits", StringComparison.Ordinal))
                .ToDictionary(tensor => (Feature)tensor.Key, tensor => tensor.Value);
        return new(
            new ModelOutput(Logits("student_logits"), Layers("student")),
            new ModelOutput(Logits("teacher_logits"), Layers("teacher")),
            new Batch(torch.zeros(samples, 1), tensors.GetValueOrDefault("labels")?.to(torch.ScalarType.Int64), torch.arange(samples, torch.ScalarType.Int64)));
    }
}
