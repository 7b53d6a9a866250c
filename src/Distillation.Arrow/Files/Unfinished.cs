using Distillation.Serialization;

namespace Distillation.Arrow;

/// <summary>What writers that were killed leave in a directory.</summary>
internal static class Unfinished
{
    /// <summary>Removes drafts, and shards without a description.</summary>
    public static void Remove(string folder)
    {
        foreach (string pattern in (string[])["part-*", $"{Manifest.FileName}.*"])
        {
            foreach (string path in Directory.GetFiles(folder, pattern + AtomicFile.DraftEnding))
            {
                File.Delete(path);
            }
        }

        foreach (ShardName name in ShardName.AllIn(folder, ShardName.Data).Except(ShardName.AllIn(folder, ShardName.Description)).ToList())
        {
            File.Delete(name.In(folder, ShardName.Data));
        }
    }
}
