namespace OrleansLabeling;

/// <summary>A block of samples; its key is its number. Orleans runs it in one of the processes that are alive.</summary>
internal interface IBlockGrain : IGrainWithIntegerKey
{
    /// <summary>Writes the teacher's outputs for the block to the store; what the store has already is not computed again.</summary>
    /// <returns>The number of the process that did it.</returns>
    [ResponseTimeout("01:00:00")]
    Task<int> Label();
}
