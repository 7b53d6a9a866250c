using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

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
        try
        {
            _weightFiles = bytes.Length == 0 ? throw Refused("it is empty.") : ModelFields.WeightFiles(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw Refused(exception.Message, exception);
        }

        if (_weightFiles.Length > 0 && folder is null)
        {
            throw Refused($"it has weights in files beside it ({string.Join(", ", _weightFiles)}), which are found by its path alone.");
        }
    }

    public static OnnxFile Read(string path) => new(File.ReadAllBytes(path), $"'{path}'", Path.GetDirectoryName(Path.GetFullPath(path)));

    public static OnnxFile Of(byte[] model) => new(model, $"of {model.Length} bytes", folder: null);

    public InferenceSession Open(FeatureSet innerValues, Action<SessionOptions>? configure)
    {
        using var options = new SessionOptions { IntraOpNumThreads = torch.get_num_threads(), LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        if (_folder is not null)
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", _folder);
        }

        configure?.Invoke(options);
        try
        {
            return new InferenceSession(innerValues.Count == 0 ? _bytes : ModelFields.WithOutputs(_bytes, innerValues), options);
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

    private InvalidDataException Refused(string why, Exception? inner = null) => new($"The model {_name} cannot be loaded: {why}", inner);
}
