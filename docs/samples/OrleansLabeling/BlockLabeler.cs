using Distillation;
using Distillation.Arrow;
using Distillation.Caching;
using Distillation.Data;
using Distillation.Serialization;
using QuickStart;
using static TorchSharp.torch.nn;

namespace OrleansLabeling;

/// <summary>The teacher of a process, and its end of the store. Blocks are labeled one after the other.</summary>
internal sealed class BlockLabeler : IDisposable
{
    private readonly Settings _settings;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Module<Tensor, Tensor> _network = Networks.Convolutional();
    private readonly ITeacher _teacher;
    private readonly TensorData _images;
    private readonly ArrowOutputStore _store;
    private readonly CachedTeacher _cached;

    public BlockLabeler(Settings settings)
    {
        _settings = settings;
        ModuleWeights.Load(_network, Path.Combine(AppContext.BaseDirectory, "Data", "teacher.safetensors"));
        _teacher = Teacher.From(_network);
        using (var scope = torch.NewDisposeScope())
        {
            _images = new(IdxFile.Read(settings.Images).unsqueeze(1).to(torch.float32).div(255).MoveToOuterDisposeScope());
        }

        _store = ArrowOutputStore.Open(settings.Store, _images.Count, $"convolutional teacher of the QuickStart, {Path.GetFileName(settings.Images)}");
        _cached = _teacher.Cached(_store);
    }

    public int Process => _settings.Number;

    /// <summary>Labels a block, on a thread of its own choice: Orleans keeps its threads for messages.</summary>
    public async Task Label(int block)
    {
        await _turn.WaitAsync();
        Console.WriteLine($"process {Process} labels block {block}");
        try
        {
            await Task.Run(() =>
            {
                _store.Refresh();
                _cached.FillPart(_images, block, _settings.Blocks);
            });
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Returns how many samples have outputs, by all processes, and how many there are.</summary>
    public (long Filled, long All) Count()
    {
        _store.Refresh();
        return (_store.Filled, _store.Count);
    }

    public void Dispose()
    {
        _cached.Dispose();
        _store.Dispose();
        _images.Dispose();
        _teacher.Dispose();
        _network.Dispose();
        _turn.Dispose();
    }
}
