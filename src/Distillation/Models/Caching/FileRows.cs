using Microsoft.Win32.SafeHandles;

namespace Distillation.Caching;

/// <summary>Rows in a file that is gone when it is closed. What is read often stays in the system's page cache.</summary>
internal sealed class FileRows : IRows
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly long[] _shape;
    private readonly torch.ScalarType _dtype;
    private readonly torch.Device _device;
    private readonly int _length;

    public FileRows(string directory, Tensor first)
    {
        (_shape, _dtype, _device) = (first.shape[1..], first.dtype, first.device);
        _length = checked((int)(first[0].numel() * first.element_size()));
        _path = Path.Combine(directory, $"distillation-{Guid.NewGuid():N}.outputs");
        _file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose | FileOptions.RandomAccess);
        if (!OperatingSystem.IsWindows())
        {
            // An open file without a name is gone even when the process is killed; Windows sees to that by itself.
            File.Delete(_path);
        }
    }

    public void Write(ReadOnlySpan<long> samples, Tensor values)
    {
        using Tensor near = values.cpu();
        using Tensor whole = near.contiguous();
        ReadOnlySpan<byte> bytes = whole.bytes;
        for (int row = 0; row < samples.Length; row++)
        {
            RandomAccess.Write(_file, bytes.Slice(row * _length, _length), samples[row] * _length);
        }
    }

    public Tensor Read(Tensor samples)
    {
        ReadOnlySpan<long> numbers = SampleNumbers.Of(samples);
        Tensor values = torch.empty([numbers.Length, .. _shape], _dtype);
        Span<byte> bytes = values.bytes;
        for (int row = 0; row < numbers.Length; row++)
        {
            WholeRead.Fill(_file, bytes.Slice(row * _length, _length), numbers[row] * _length, _path);
        }

        return _device.type == DeviceType.CPU ? values : values.to(_device, disposeAfter: true);
    }

    public void Dispose() => _file.Dispose();
}
