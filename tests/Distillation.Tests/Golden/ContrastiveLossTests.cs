using Distillation.Losses;
using Distillation.Tests.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Golden;

/// <summary>The loss with memories against RepDistiller: its value, its gradient, and what it remembers after one step.</summary>
public sealed class ContrastiveLossTests
{
    [Fact]
    public void Contrast_and_memories_are_those_of_repdistiller()
    {
        using var scope = torch.NewDisposeScope();
        LossCase golden = LossCases.Of("crd").Single();
        Tensor student = golden.Inputs["student"].ToTensor().requires_grad_();
        Tensor teacher = golden.Inputs["teacher"].ToTensor();
        (Tensor indices, Tensor contrast) = (golden.Read<GoldenTensor>("idx").ToTensor(), golden.Read<GoldenTensor>("contrast_idx").ToTensor());
        var loss = new ContrastiveLoss("student", "teacher", (long)golden["n_data"], (long)golden["negatives"], dimension: 5)
        {
            Temperature = golden["temperature"],
            Momentum = golden["momentum"],
        };
        using (torch.no_grad())
        {
            loss.Prepare(LayerValue.Context(student, teacher));
            Fill(loss.Module!, golden);
            loss.Normalize(student, teacher, contrast);
        }

        Tensor value = loss.Contrast(student, teacher, indices, contrast);
        value.backward();

        Close.ShouldBe(value.item<double>(), golden.Loss, 1e-9);
        Close.ShouldBe(Close.Numbers(student.grad!), golden.Gradients["student"].Data, 1e-8);
        Close.ShouldBe(Close.Numbers(Buffer(loss.Module!, "student._memory")), golden.After!["memory_v1"].Data, 1e-12, "the student's memory");
        Close.ShouldBe(Close.Numbers(Buffer(loss.Module!, "teacher._memory")), golden.After["memory_v2"].Data, 1e-12, "the teacher's memory");
    }

    private static void Fill(Module module, LossCase golden)
    {
        Buffer(module, "student._memory").copy_(golden.Read<GoldenTensor>("memory_v1").ToTensor());
        Buffer(module, "teacher._memory").copy_(golden.Read<GoldenTensor>("memory_v2").ToTensor());
        Dictionary<string, GoldenTensor> weights = golden.Read<Dictionary<string, GoldenTensor>>("weights");
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
        {
            string theirs = name.Replace("student._embedding", "embed_s.linear", StringComparison.Ordinal)
                .Replace("teacher._embedding", "embed_t.linear", StringComparison.Ordinal);
            parameter.copy_(weights[theirs].ToTensor());
        }
    }

    private static Tensor Buffer(Module module, string name) => module.named_buffers().Single(buffer => buffer.name == name).buffer;
}
