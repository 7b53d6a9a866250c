using Orleans.Placement;

namespace OrleansLabeling;

/// <summary>Labels a block in the process where it is placed.</summary>
[RandomPlacement]
internal sealed class BlockGrain(BlockLabeler labeler) : Grain, IBlockGrain
{
    public async Task<int> Label()
    {
        await labeler.Label((int)this.GetPrimaryKeyLong());
        DeactivateOnIdle();
        return labeler.Process;
    }
}
