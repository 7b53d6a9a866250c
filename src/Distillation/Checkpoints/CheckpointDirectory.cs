using System.Diagnostics;
using System.Globalization;
using Distillation.Diagnostics;
using Distillation.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Checkpoints;

/// <summary>The checkpoints of one run on the disk, each whole or not at all. One process at a time.</summary>
internal sealed class CheckpointDirectory : IDisposable
{
    public const string NumbersFile = "run.json";

    private const string LockFile = "lock";
    private const string Prefix = "step-";
    private const string DraftPrefix = "draft-";

    private readonly CheckpointOptions _options;
    private readonly ILogger _logger;
    private readonly FileStream _lock;
    private long? _flushed;
    private string? _onDisk;
    private string? _unflushed;

    /// <exception cref="IOException">Another process has it, or it cannot be written.</exception>
    public CheckpointDirectory(CheckpointOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        Directory.CreateDirectory(options.Directory);
        _lock = Lock(options.Directory);
        foreach (string draft in Directory.EnumerateDirectories(options.Directory, DraftPrefix + "*"))
        {
            Directory.Delete(draft, recursive: true);
        }
    }

    /// <summary>Looks for the newest checkpoint that is whole.</summary>
    /// <returns>Its path and manifest; nothing where there is no checkpoint at all.</returns>
    /// <exception cref="InvalidDataException">There are checkpoints, but each of them is damaged.</exception>
    public (string Path, CheckpointManifest Manifest)? FindNewest()
    {
        var damages = new List<InvalidDataException>();
        foreach (string path in NewestFirst())
        {
            try
            {
                return (path, CheckpointManifest.Verify(path));
            }
            catch (InvalidDataException damage)
            {
                Log.CheckpointDamaged(_logger, path, damage.Message);
                damages.Add(damage);
            }
        }

        return damages.Count == 0
            ? null
            : throw new InvalidDataException($"None of the {damages.Count} checkpoints in '{_options.Directory}' is whole; delete them to begin anew. The newest: {damages[0].Message}", damages[0]);
    }

    /// <summary>Writes a checkpoint, and then deletes those that are too many.</summary>
    /// <exception cref="IOException">It cannot be written; the others stay as they are.</exception>
    public void Save(Checkpoint checkpoint)
    {
        string path = Path.Combine(_options.Directory, Prefix + checkpoint.Step.ToString("D10", CultureInfo.InvariantCulture));
        string draft = Path.Combine(_options.Directory, DraftPrefix + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(draft);
        try
        {
            WriteTo(draft, checkpoint);
            bool flush = _flushed is not { } last || Stopwatch.GetElapsedTime(last) >= _options.FlushInterval;
            if (flush)
            {
                FlushFiles(draft);
            }

            if (Directory.Exists(path))
            {
                // One that was damaged, or the run would not have come here again.
                Directory.Delete(path, recursive: true);
            }

            Directory.Move(draft, path);
            (_onDisk, _unflushed) = flush ? (path, null) : (_onDisk, path);
        }
        catch
        {
            Directory.Delete(draft, recursive: true);
            throw;
        }

        Log.CheckpointSaved(_logger, path);
        DeleteBefore(path);
    }

    /// <summary>Waits until the last one is on the disk.</summary>
    public void Flush()
    {
        if (_unflushed is { } path)
        {
            FlushFiles(path);
            (_onDisk, _unflushed) = (path, null);
            DeleteBefore(path);
        }
    }

    public void Dispose() => _lock.Dispose();

    // The system lets go of the lock when the process ends, however it ends.
    private static FileStream Lock(string directory)
    {
        string path = Path.Combine(directory, LockFile);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new IOException($"Another run writes to the checkpoint directory '{directory}'. Let it end, or use another directory.", exception);
        }
    }

    // Those that seem newer are damaged: they must not push out this one. The last that is surely on the disk stays until another one is.
    private void DeleteBefore(string newest)
    {
        foreach (string old in NewestFirst().SkipWhile(newer => newer != newest).Skip(_options.Keep).Where(old => old != _onDisk))
        {
            Directory.Delete(old, recursive: true);
        }
    }

    // All together: the first waits for most of the others.
    private void FlushFiles(string directory)
    {
        foreach (string path in Directory.EnumerateFiles(directory))
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            RandomAccess.FlushToDisk(file);
        }

        _flushed = Stopwatch.GetTimestamp();
    }

    private void WriteTo(string draft, Checkpoint checkpoint)
    {
        var contents = new Dictionary<string, CheckpointManifest.Content>();
        foreach ((string name, TensorCopies tensors) in checkpoint.Files)
        {
            contents.Add(name, CheckpointManifest.Content.Of(Write(name, file => Safetensors.Write(file, tensors.Tensors))));
        }

        contents.Add(NumbersFile, CheckpointManifest.Content.Of(Write(NumbersFile, file => CheckpointJson.Write(file, checkpoint.Numbers))));
        var manifest = new CheckpointManifest(CheckpointManifest.Current, checkpoint.Step, checkpoint.Identity, contents);
        _ = Write(CheckpointManifest.FileName, file => CheckpointJson.Write(file, manifest));

        string Write(string name, Action<SafeFileHandle> write)
        {
            string path = Path.Combine(draft, name);
            using (SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
            {
                write(file);
            }

            _options.Written?.Invoke(path);
            return path;
        }
    }

    private string[] NewestFirst() =>
        [.. Directory.EnumerateDirectories(_options.Directory, Prefix + "*").OrderDescending(StringComparer.Ordinal)];
}
