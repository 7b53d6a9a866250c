namespace Distillation.Mpi.Worker;

/// <summary>A program whose rank 1 leaves by an exception that its caller handles, while rank 0 waits for it.</summary>
internal static class LeaveCommand
{
    public static int Run()
    {
        try
        {
            using MpiEnvironment mpi = MpiEnvironment.Start();
            if (mpi.Ranks.Rank == 1)
            {
                throw new InvalidTimeZoneException("A fault of the test.");
            }

            using Tensor numbers = torch.zeros(4);
            mpi.Ranks.Sum(numbers);
            return 0;
        }
        catch (InvalidTimeZoneException)
        {
            return 1;
        }
    }
}
