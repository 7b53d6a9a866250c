namespace Distillation.Mpi.Worker;

/// <summary>Makes each run alone and on all ranks, and writes how far the weights are apart: <c>case|rank|count|digest|distance</c>.</summary>
internal static class CompareCommand
{
    public static int Run()
    {
        using MpiEnvironment mpi = MpiEnvironment.Start();
        foreach (Case one in Case.All)
        {
            using var scope = torch.NewDisposeScope();
            torch.nn.Module alone = one.Run(null);
            torch.nn.Module shared = one.Run(mpi.Ranks);
            Line.Write(one.Name, mpi.Ranks.Rank, mpi.Ranks.Count, Line.Digest(shared), Distance(shared, alone));
        }

        return 0;
    }

    private static double Distance(torch.nn.Module module, torch.nn.Module expected)
    {
        Tensor all = Flat(module);
        Tensor others = Flat(expected);
        return ((all - others).norm() / others.norm()).item<double>();
    }

    private static Tensor Flat(torch.nn.Module module) =>
        torch.cat([.. module.parameters().Select(parameter => parameter.detach().to(torch.ScalarType.Float64).flatten())]);
}
