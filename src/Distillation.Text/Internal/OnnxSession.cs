using Microsoft.ML.OnnxRuntime;

namespace Distillation.Text;

/// <summary>Opens ONNX files.</summary>
internal static class OnnxSession
{
    /// <summary>Opens a file for runs of so many threads each.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">ONNX Runtime cannot load the file; the message has the reason.</exception>
    public static InferenceSession Open(string path, int threads)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"The model '{path}' must be a file, but it is not there.", path);
        }

        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        try
        {
            return new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidDataException($"The model '{path}' cannot be loaded: {exception.Message}", exception);
        }
    }
}
