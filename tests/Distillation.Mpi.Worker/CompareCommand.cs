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
            Line.Write(one.Name, mpi.Ranks.Rank, mpi.Ranks.Count, Line.Digest(shared), Weights.Distance(shared, alone));
        }

        return 0;
    }
}
