using System.Security.Cryptography;
using Distillation.Serialization;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Onnx;

/// <summary>A model's bytes, and the files beside it in which it has weights.</summary>
internal sealed class OnnxFile
{
    private readonly string _name;
    private readonly string? _folder;
    private readonly byte[] _bytes;
    private readonly string[] _weightFiles;

    private OnnxFile(byte[] bytes, string name, string? folder)
    {
        (_bytes, _name, _folder) = (bytes, name, folder);
        if (NoModel(bytes.AsSpan(0, Math.Min(bytes.Length, FileBeginning.Length))) is { } other)
        {
            throw Refused($"{other}.");
        }

        try
        {
            _weightFiles = ModelFields.WeightFiles(bytes);
            Graph = new ModelGraph(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw Refused(exception.Message, exception);
        }

        if (Graph.InTraining() is { } training)
        {
            throw Refused(
                $"it was exported in training mode: {training}. Export it in evaluation mode, in PyTorch with model.eval() and training=TrainingMode.EVAL.");
        }

        if (_weightFiles.Length > 0 && folder is null)
        {
            throw Refused($"it has weights in files beside it ({string.Join(", ", _weightFiles)}), which are found by its path alone.");
        }
    }

    /// <summary>Gets the operators.</summary>
    public ModelGraph Graph { get; }

    public static OnnxFile Read(string path)
    {
        using (SafeFileHandle file = File.OpenHandle(path))
        {
            // A file without an end, such as a device, is refused before it is read.
            if (NoModel(FileBeginning.Read(file)) is { } other)
            {
                throw Refused($"'{path}'", $"{other}.");
            }
        }

        return new(File.ReadAllBytes(path), $"'{path}'", Path.GetDirectoryName(Path.GetFullPath(path)));
    }

    public static OnnxFile Of(byte[] model) => new(model, $"of {model.Length} bytes", folder: null);

    public InferenceSession Open(OnnxTeacherOptions model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = torch.get_num_threads(), LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        if (_folder is not null)
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", _folder);
        }

        // ONNX Runtime takes what it finds for weights.
        if (Array.Find(_weightFiles, IsPointer) is { } pointer)
        {
            throw Refused($"of '{pointer}', in which it has weights, there is only a pointer of Git LFS; `git lfs pull` gets the file itself.");
        }

        model.Session?.Invoke(options);
        byte[] outputs = model.InnerValues.Count == 0 ? _bytes : ModelFields.WithOutputs(_bytes, model.InnerValues);
        byte[] changed = ModelGraphChanges.Apply(outputs, model);
        try
        {
            return new InferenceSession(changed, options);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or ArgumentException)
        {
            throw Refused(exception.Message, exception);
        }
    }

    /// <summary>The SHA-256 of the model with all of its weights.</summary>
    public string Digest()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(_bytes);
        foreach (string file in _weightFiles)
        {
            using FileStream stream = File.OpenRead(Path.Combine(_folder!, file));
            digest.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    private static InvalidDataException Refused(string name, string why, Exception? inner = null) => new($"The model {name} cannot be loaded: {why}", inner);

    private InvalidDataException Refused(string why, Exception? inner = null) => Refused(_name, why, inner);

    private static string? NoModel(ReadOnlySpan<byte> beginning) =>
        FileBeginning.NameOf(beginning) ?? (beginning[0] >> 3 == 0 || (beginning[0] & 7) > 5 ? "it does not begin as a model does" : null);

    // What is not in the folder of the model is refused later, and not looked at.
    private bool IsPointer(string file)
    {
        string path = Path.GetFullPath(Path.Combine(_folder!, file));
        if (!path.StartsWith(_folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path))
        {
            return false;
        }

        using SafeFileHandle handle = File.OpenHandle(path);
        return FileBeginning.IsPointer(FileBeginning.Read(handle));
    }
}
