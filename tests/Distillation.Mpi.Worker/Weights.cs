namespace Distillation.Mpi.Worker;

/// <summary>How far the weights of two modules are apart.</summary>
internal static class Weights
{
    /// <summary>Returns the norm of the difference, as a share of the norm of the expected ones.</summary>
    public static double Distance(torch.nn.Module module, torch.nn.Module expected)
    {
        using var scope = torch.NewDisposeScope();
        Tensor all = Flat(module);
        Tensor others = Flat(expected);
        return ((all - others).norm() / others.norm()).item<double>();
    }

    private static Tensor Flat(torch.nn.Module module) =>
        torch.cat([.. module.parameters().Select(parameter => parameter.detach().to(torch.ScalarType.Float64).flatten())]);
}
