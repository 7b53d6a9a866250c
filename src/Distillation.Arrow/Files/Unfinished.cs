using Distillation.Serialization;

namespace Distillation.Arrow;

/// <summary>What writers that were killed leave in a directory.</summary>
internal static class Unfinished
{
    /// <summary>Removes drafts, and shards without a description.</summary>
    public static void Remove(string folder)
    {
        foreach (string path in (string[])[.. Directory.GetFiles(folder, $"part-*{AtomicFile.DraftEnding}"), .. Directory.GetFiles(folder, $"{Manifest.FileName}.*{AtomicFile.DraftEnding}")])
        {
            File.Delete(path);
        }

        foreach (ShardName name in ShardName.AllIn(folder, ShardName.Data).Except(ShardName.AllIn(folder, ShardName.Description)).ToList())
        {
            File.Delete(name.In(folder, ShardName.Data));
        }
    }
}
