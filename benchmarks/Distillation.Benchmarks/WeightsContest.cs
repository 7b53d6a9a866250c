using Distillation.Serialization;
using Microsoft.Win32.SafeHandles;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks;

/// <summary>A file with the weights of 25 layers of 1024×1024, 105 MB: loaded into a module, and merely read into memory that is there.</summary>
public sealed class WeightsContest : IDisposable
{
    private readonly Sequential _module = Sequential([.. Enumerable.Range(0, 25).Select(_ => Linear(1024, 1024, hasBias: false))]);
    private readonly bool _own;
    private readonly string _path;
    private readonly byte[] _buffer;

    /// <summary>Takes a file of PyTorch, or makes one of safetensors.</summary>
    public WeightsContest(string? path)
    {
        _own = path is null;
        _path = path ?? Path.GetTempFileName();
        if (_own)
        {
            ModuleWeights.Save(_module, _path);
        }

        _buffer = new byte[new FileInfo(_path).Length];
    }

    public void Load() => ModuleWeights.Load(_module, _path);

    public void ReadBytes()
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        for (int done = 0; done < _buffer.Length;)
        {
            done += RandomAccess.Read(file, _buffer.AsSpan(done), done);
        }
    }

    public void Dispose()
    {
        _module.Dispose();
        if (_own)
        {
            File.Delete(_path);
        }
    }
}
