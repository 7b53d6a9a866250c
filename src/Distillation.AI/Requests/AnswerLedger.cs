using System.Diagnostics.CodeAnalysis;

namespace Distillation.AI;

/// <summary>
/// A file of every paid answer, one line of JSON for each request, written to the disk as each answer comes. Requests whose answers are in it are not sent
/// again: a killed or changed run continues where it was, and pays for what is new alone.
/// </summary>
/// <remarks>
/// <para>
/// A record is found by a SHA-256 digest over the model, the settings, the whole prompt, the text and the number of the sample: what changes any of them makes
/// new keys. Keys, headers and settings of the client are never written.
/// </para>
/// <para>
/// A last line that a killed process left incomplete is ignored, and cut off before the next append. One instance has the file at a time. Members may be called
/// by several threads at a time.
/// </para>
/// </remarks>
public sealed class AnswerLedger : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<AnswerRecord> _records = [];
    private readonly Dictionary<string, AnswerRecord> _byKey = [];
    private readonly FileStream _file;
    private readonly AnswerLedgerOptions _options;
    private bool _lacksLineEnd;
    private long _end;

    /// <summary>Opens a ledger, and creates the file if it does not exist.</summary>
    /// <param name="path">The path of the file. Its directory exists.</param>
    /// <param name="options">The settings; the default ones if not given.</param>
    /// <exception cref="IOException">Another process or instance has the file open, or it cannot be opened.</exception>
    /// <exception cref="InvalidDataException">A line other than an incomplete last one is not a record: the message has its number.</exception>
    public AnswerLedger(string path, AnswerLedgerOptions? options = null)
    {
        Path = Require.Text(path);
        _options = options ?? new();
        _file = Open(path);
        try
        {
            ReadAll();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Gets the path of the file.</summary>
    public string Path { get; }

    /// <summary>Gets the records in the order of the file. The list does not change; a later call returns a longer one.</summary>
    public IReadOnlyList<AnswerRecord> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>Finds the last record of a key.</summary>
    /// <param name="key">The key of a request.</param>
    /// <param name="record">The record, if there is one.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string key, [NotNullWhen(true)] out AnswerRecord? record)
    {
        Require.Present(key);
        lock (_lock)
        {
            return _byKey.TryGetValue(key, out record);
        }
    }

    /// <summary>
    /// Appends a record and flushes it to the disk. A later record of the same key takes the place of an earlier one for <see cref="TryGet"/>.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The ledger is disposed.</exception>
    public void Append(AnswerRecord record)
    {
        Require.Present(record);
        AnswerRecord kept = _options.KeepTexts ? record : record with { Text = null };
        byte[] line = LedgerLine.Write(kept);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(!_file.CanWrite, this);
            if (_file.Length > _end)
            {
                _file.SetLength(_end);
            }

            _file.Position = _end;
            _file.Write(_lacksLineEnd ? [(byte)'\n', .. line] : line);
            _file.Flush(flushToDisk: true);
            _end = _file.Position;
            _lacksLineEnd = false;
            Add(kept);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }
    }

    // FileShare.None alone is exclusive on every system; without a buffer, a line is written at once.
    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (error is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new IOException($"The ledger '{path}' cannot be opened. Only one instance, of one process, has a ledger open at a time.", error);
        }
    }

    private void ReadAll()
    {
        byte[] all = new byte[_file.Length];
        _file.ReadExactly(all);
        int start = 0;
        for (int number = 1; start < all.Length; number++)
        {
            int length = all.AsSpan(start).IndexOf((byte)'\n');
            bool last = length < 0;
            ReadOnlyMemory<byte> line = all.AsMemory(start, last ? all.Length - start : length);
            if (!TryRead(line, number, last))
            {
                return;
            }

            start += line.Length + (last ? 0 : 1);
            _end = start;
            _lacksLineEnd = last;
        }
    }

    private bool TryRead(ReadOnlyMemory<byte> line, int number, bool last)
    {
        try
        {
            Add(LedgerLine.Read(line));
            return true;
        }
        catch (FormatException error)
        {
            return last ? false : throw new InvalidDataException($"Line {number} of the ledger '{Path}' is not a record: {error.Message}", error);
        }
    }

    private void Add(AnswerRecord record)
    {
        _records.Add(record);
        _byKey[record.Key] = record;
    }
}
