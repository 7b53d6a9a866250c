using System.Security.Cryptography;

namespace Distillation.Checkpoints;

/// <summary>What a checkpoint consists of; the last of its files to be written.</summary>
/// <param name="Version">The version of the format.</param>
/// <param name="Step">The number of completed updates.</param>
/// <param name="Identity">What the run is, in words by name.</param>
/// <param name="Files">All other files, by name.</param>
/// <param name="Conditions">
/// What the bits depend on beside the run, in words by name; <see langword="null"/> in checkpoints of versions that did not save it.
/// </param>
internal sealed record CheckpointManifest(
    int Version,
    long Step,
    IReadOnlyDictionary<string, string> Identity,
    IReadOnlyDictionary<string, CheckpointManifest.Content> Files,
    IReadOnlyDictionary<string, string>? Conditions = null)
{
    public const string FileName = "manifest.json";
    public const int Current = 1;

    // A manifest lists the options of a run and each of its parameters: more than this it is not.
    private const long LargestBytes = 64 << 20;

    /// <summary>Reads the manifest of a checkpoint, and compares all files with it.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is not whole, or damaged.</exception>
    public static CheckpointManifest Verify(string checkpoint)
    {
        string path = Path.Combine(checkpoint, FileName);
        CheckpointManifest manifest = CheckpointJson.Read(path, LargestBytes, ManifestJson.Default.CheckpointManifest);
        if (manifest.Version != Current)
        {
            throw new InvalidDataException($"'{path}' is of version {manifest.Version}, but this library reads version {Current}.");
        }

        foreach ((string name, Content content) in manifest.Files)
        {
            if (name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || content is null)
            {
                throw new InvalidDataException($"'{path}' must list files of its own directory with length and digest, but lists '{name}'.");
            }

            content.Verify(Path.Combine(checkpoint, name));
        }

        return manifest;
    }

    /// <summary>The length of a file in bytes, and its digest.</summary>
    internal sealed record Content(long Length, string Sha256)
    {
        public static Content Of(string path)
        {
            using FileStream file = File.OpenRead(path);
            return new(file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
        }

        public void Verify(string path)
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length != Length)
            {
                throw new InvalidDataException($"'{path}' must have {Length} bytes, but {(file.Exists ? $"has {file.Length}" : "is not there")}.");
            }

            if (Of(path).Sha256 != Sha256)
            {
                throw new InvalidDataException($"'{path}' is damaged: its SHA-256 is not the one that was written down.");
            }
        }
    }
}
