namespace Distillation.Mpi;

/// <summary>A process without others.</summary>
internal sealed class SingleRank : IRanks
{
    public int Rank => 0;

    public int Count => 1;

    public void Sum(Tensor flat)
    {
    }

    public void Broadcast(Tensor flat)
    {
    }

    public void Fail(Exception reason)
    {
    }
}
