namespace Distillation.Tests.Training.Ranks;

/// <summary>A rank that exchanges nothing.</summary>
internal sealed class InertRanks(int rank, int count) : IRanks
{
    public int Rank => rank;

    public int Count => count;

    public void Sum(Tensor flat) => throw new NotSupportedException();

    public void Broadcast(Tensor flat) => throw new NotSupportedException();

    public void Fail(Exception reason) => throw new NotSupportedException();
}
