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
    private readonly SafeFileHandle? _directoryLock;
    private readonly HashSet<string> _undeletable = [];
    private long? _flushed;
    private string? _onDisk;
    private string? _unflushed;

    /// <exception cref="IOException">Another process has it, or it cannot be written.</exception>
    public CheckpointDirectory(CheckpointOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        Directory.CreateDirectory(options.Directory);
        (_lock, _directoryLock) = Lock(options.Directory);
        foreach (string draft in Directory.EnumerateDirectories(options.Directory, DraftPrefix + "*"))
        {
            TryDelete(draft);
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
            : throw new InvalidDataException(
                $"None of the {damages.Count} checkpoints in '{_options.Directory}' is whole; delete them to begin anew. The newest: {damages[0].Message}",
                damages[0]);
    }

    /// <summary>Writes a checkpoint, and then deletes those that are too many.</summary>
    /// <exception cref="IOException">It cannot be written; the others stay as they are.</exception>
    public void Save(Checkpoint checkpoint)
    {
        string path = Path.Combine(_options.Directory, Prefix + checkpoint.Step.ToString("D10", CultureInfo.InvariantCulture));
        string draft = Path.Combine(_options.Directory, DraftPrefix + Guid.NewGuid().ToString("N"));
        bool flush = _flushed is not { } last || Stopwatch.GetElapsedTime(last) >= _options.FlushInterval;
        try
        {
            Directory.CreateDirectory(draft);
            WriteTo(draft, checkpoint);
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
        }
        catch
        {
            TryDelete(draft);
            throw;
        }

        if (flush)
        {
            FlushName(path);
        }
        else
        {
            _unflushed = path;
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
            FlushName(path);
            DeleteBefore(path);
        }
    }

    public void Dispose()
    {
        _directoryLock?.Dispose();
        _lock.Dispose();
    }

    // The system lets go of both when the process ends, however it ends. That of the directory holds where the file is deleted, the file where directories have
    // no locks.
    private static (FileStream File, SafeFileHandle? Directory) Lock(string directory)
    {
        string path = Path.Combine(directory, LockFile);
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return (file, Disk.LockDirectory(directory));
        }
        catch (IOException exception) when (File.Exists(path))
        {
            file?.Dispose();
            throw new IOException($"Another run writes to the checkpoint directory '{directory}'. Let it end, or use another directory.", exception);
        }
    }

    // Those that seem newer are damaged: they must not push out this one. The last that is surely on the disk stays until another one is.
    private void DeleteBefore(string newest)
    {
        foreach (string old in NewestFirst().SkipWhile(newer => newer != newest).Skip(_options.Keep).Where(old => old != _onDisk))
        {
            TryDelete(old);
        }
    }

    // What stays is of no harm to the run: the newest is whole.
    private void TryDelete(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (_undeletable.Add(path))
            {
                Log.CheckpointNotDeleted(_logger, path, failure.Message);
            }
        }
    }

    // All together: the first waits for most of the others.
    private void FlushFiles(string directory)
    {
        foreach (string path in Directory.EnumerateFiles(directory))
        {
            _options.Flushing?.Invoke(path);
            Disk.FlushFile(path);
        }

        Disk.FlushDirectory(directory);
        _flushed = Stopwatch.GetTimestamp();
    }

    private void FlushName(string checkpoint)
    {
        _options.Flushing?.Invoke(_options.Directory);
        Disk.FlushDirectory(_options.Directory);
        (_onDisk, _unflushed) = (checkpoint, null);
    }

    private void WriteTo(string draft, Checkpoint checkpoint)
    {
        var contents = new Dictionary<string, CheckpointManifest.Content>();
        foreach ((string name, TensorCopies tensors) in checkpoint.Files)
        {
            contents.Add(name, CheckpointManifest.Content.Of(Write(name, file => Safetensors.Write(file, tensors.Tensors))));
        }

        contents.Add(NumbersFile, CheckpointManifest.Content.Of(Write(NumbersFile, checkpoint.WriteNumbers)));
        var manifest = new CheckpointManifest(CheckpointManifest.Current, checkpoint.Step, checkpoint.Identity, contents, checkpoint.Conditions);
        _ = Write(CheckpointManifest.FileName, file => CheckpointJson.Write(file, manifest, ManifestJson.Default.CheckpointManifest));

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
