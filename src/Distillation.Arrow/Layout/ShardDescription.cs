namespace Distillation.Arrow;

/// <summary>What stands beside a shard, written after it: a shard without it does not count.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Bytes">The length of the file.</param>
/// <param name="Sha256">The SHA-256 of the file in hexadecimal digits.</param>
internal sealed record ShardDescription(int Rows, long Bytes, string Sha256);
