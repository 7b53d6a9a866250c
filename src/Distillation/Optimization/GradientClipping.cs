namespace Distillation;

/// <summary>Clips gradients in place, without waiting for the device.</summary>
internal static class GradientClipping
{
    /// <summary>
    /// Scales all gradients so that together they are no longer than a maximum (Pascanu, Mikolov and Bengio, 2013): by min(1, maximum / (norm + 1e-6)), as
    /// PyTorch does.
    /// </summary>
    /// <returns>The L2 norm before clipping: a scalar in the current dispose scope; 0 where there is no gradient.</returns>
    public static Tensor ClipNorm(IReadOnlyList<Parameter> parameters, double maximum)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor[] gradients = Gradients(parameters);
        if (gradients.Length == 0)
        {
            return torch.zeros([]).MoveToOuterDisposeScope();
        }

        Tensor norm = torch.stack([.. gradients.Select(gradient => gradient.norm().to(gradients[0].dtype).to(gradients[0].device))]).norm();
        Tensor factor = norm.Add(1e-6).reciprocal_().MulInPlace(maximum).ClampMaxInPlace(1);
        foreach (Tensor gradient in gradients)
        {
            _ = gradient.mul_(factor.to(gradient.device));
        }

        return norm.MoveToOuterDisposeScope();
    }

    /// <summary>Cuts every element of every gradient to [−limit, limit].</summary>
    public static void ClipValue(IReadOnlyList<Parameter> parameters, double limit)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        foreach (Tensor gradient in Gradients(parameters))
        {
            _ = gradient.ClampInPlace(-limit, limit);
        }
    }

    private static Tensor[] Gradients(IReadOnlyList<Parameter> parameters) => [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
}
