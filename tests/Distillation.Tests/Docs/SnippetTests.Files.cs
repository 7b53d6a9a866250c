using Distillation.Losses;
using Distillation.Serialization;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

public sealed partial class SnippetTests
{
    [Fact]
    public void Weights_go_to_a_file_and_come_back()
    {
        string weightsPath = Path.GetTempFileName();
        Module<Tensor, Tensor> network = Some.Mlp(seed: 1);
        Module<Tensor, Tensor> other = Some.Mlp(seed: 2);
        ModuleWeights.Save(network, weightsPath);
        WeightsReport report = ModuleWeights.Load(other, weightsPath, new WeightsOptions { Strict = false });
        Console.WriteLine(report);
        var renaming = new WeightsOptions { Rename = name => name.StartsWith("model.", StringComparison.Ordinal) ? name["model.".Length..] : null };

        report.IsComplete.Should().BeTrue();
        Some.Weights(other).Should().Equal(Some.Weights(network));
        renaming.Rename("model.in.bias").Should().Be("in.bias");
        File.Delete(weightsPath);
    }

    [Fact]
    public void Weights_come_from_pytorch()
    {
        string fixtures = Path.Combine(AppContext.BaseDirectory, "Serialization", "Fixtures");
        (string networkPath, string checkpointPath) = (Path.Combine(fixtures, "mlp.pth"), Path.Combine(fixtures, "checkpoint.pth"));
        Module<Tensor, Tensor> network = Some.Mlp();
        ModuleWeights.Load(network, networkPath);
        using TorchWeightsFile checkpoint = TorchWeightsFile.Open(checkpointPath, within: "model");
        Tensor bias = checkpoint.Read("in.bias");

        Close.Numbers(bias).Should().Equal(Close.Numbers(network.state_dict()["in.bias"]));
    }

    [Fact]
    public void Any_tensors_go_to_a_file()
    {
        string path = Path.GetTempFileName();
        (Tensor mean, Tensor deviation) = (torch.tensor(0.25f), torch.ones(2));
        Safetensors.Write(
            path,
            new Dictionary<string, Tensor> { ["mean"] = mean, ["deviation"] = deviation },
            new Dictionary<string, string> { ["of"] = "the training data" });
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Tensor read = file.Read("mean");

        read.item<float>().Should().Be(0.25f);
        File.Delete(path);
    }

    [Fact]
    public void Run_can_be_resumed()
    {
        var resumable = new TrainerOptions { Epochs = 30, Checkpoints = new("runs/student") { EverySteps = 500, Keep = 3 } };
        string directory = Directory.CreateTempSubdirectory("distillation-").FullName;
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        var trainer = new DistillationTrainer(
            teacher, student, new SoftTargetLoss(), resumable with { Epochs = 3, Checkpoints = resumable.Checkpoints with { Directory = directory } });

        trainer.Fit(_train).History.Should().HaveCount(3);
        trainer.Fit(_train).History.Should().HaveCount(3);

        Directory.EnumerateDirectories(directory).Should().HaveCount(3);
        Directory.Delete(directory, recursive: true);
    }

    private sealed class Service
    {
        public async Task<Tensor> ClassifyAsync(Tensor inputs, CancellationToken token)
        {
            await Task.Delay(1, token);
            return inputs.narrow(1, 0, 3);
        }
    }
}
