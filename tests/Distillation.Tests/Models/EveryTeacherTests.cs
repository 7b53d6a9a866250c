using Distillation.Models;
using Distillation.Testing;

namespace Distillation.Tests.Models;

/// <summary>What holds of every teacher.</summary>
public sealed class EveryTeacherTests : IDisposable
{
    private static readonly Dictionary<string, Func<ITeacher>> Teachers = new()
    {
        ["module"] = Network,
        ["script"] = () => Teacher.From(
            torch.jit.load<Tensor, Tensor>(Path.Combine(AppContext.BaseDirectory, "Models", "Fixtures", "mlp.pt"))),
        ["module with a function"] = () =>
        {
            TorchSharp.Modules.Sequential network = Some.Mlp();
            return Teacher.From<Batch>(network, batch => network.call(batch.Inputs));
        },
        ["function"] = () => Teacher.From(inputs => inputs.narrow(1, 0, 3) * 2),
        ["function that keeps its output"] = () =>
        {
            Tensor kept = torch.ones(8, 3);
            return Teacher.From(inputs => inputs.size(0) == 8 ? kept : torch.ones(inputs.size(0), 3));
        },
        ["asynchronous function"] = () => Teacher.FromAsync<Batch>((batch, _) => Task.FromResult(batch.Inputs * 2)),
        ["ensemble"] = () => Teacher.Ensemble(Network(), Teacher.From(Some.Mlp(seed: 2))),
        ["scaled"] = () => new ScaledTeacher(Network(), 2),
        ["likeliest classes"] = () => new TopKTeacher(Network(), 2),
        ["cached"] = () => Network().Cached(20),
        ["bfloat16"] = () => Teacher.InBFloat16(Some.Mlp()),
        ["channels last"] = () => Teacher.From(Some.ConvNet(4)).ChannelsLast(),
        ["fused head"] = () => Network().WithFusedHead(),
        ["tasks"] = () => new TaskTeacher(("first", Network()), ("second", Teacher.From(Some.Mlp(classes: 5, seed: 2)))),
        ["layer as logits"] = () => Network().WithLogitsOf("act"),
        ["student"] = () => Student.From(Some.Mlp()).AsTeacher(),
    };

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Batch _batch = Some.Batch();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string, string> Checks()
    {
        var data = new TheoryData<string, string>();
        using var scope = torch.NewDisposeScope();
        foreach (string check in TeacherCheck.All(Network, Some.Batch()).Select(check => check.Name))
        {
            foreach (string teacher in Teachers.Keys)
            {
                data.Add(teacher, check);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public void Check_passes(string teacher, string check)
    {
        Batch batch = teacher == "channels last" ? Some.Images().Read(torch.arange(8, torch.ScalarType.Int64)) : _batch;

        TeacherCheck.All(Teachers[teacher], batch).Single(one => one.Name == check).Run();
    }

    private static ITeacher Network() => Teacher.From(Some.Mlp());
}
