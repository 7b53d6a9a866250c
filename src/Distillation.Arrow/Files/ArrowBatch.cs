namespace Distillation.Arrow;

/// <summary>Where the values of a record batch are in its file.</summary>
/// <param name="Start">The number of the batch's first row in the file.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Values">For each column the place of its first value; −1 for one that is not there.</param>
/// <param name="DigestsPresent">The place of the bits that mark the rows with a digest; −1 where all have.</param>
internal sealed record ArrowBatch(int Start, int Rows, long[] Values, long DigestsPresent);
