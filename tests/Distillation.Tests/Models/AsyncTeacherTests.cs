using Distillation.Caching;

namespace Distillation.Tests.Models;

public sealed class AsyncTeacherTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 10, seed: 7);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Outputs_of_the_function_are_those_of_the_teacher_and_cached()
    {
        int calls = 0;
        using ITeacher teacher = Teacher.FromAsync(async (Batch batch, CancellationToken token) =>
        {
            await Task.Delay(1, token);
            calls++;
            return batch.Inputs * 2;
        });
        using CachedTeacher cached = teacher.Cached(_data.Count);

        cached.Fill(_data, batchSize: 5);
        Batch batch = _data.Read(torch.arange(10, torch.ScalarType.Int64));

        Close.Numbers(cached.Predict(batch, FeatureSet.None).Logits).Should().Equal(Close.Numbers(batch.Inputs * 2));
        calls.Should().Be(2);
    }

    [Fact]
    public void Token_of_the_caller_reaches_the_function()
    {
        using var cancellation = new CancellationTokenSource();
        using ITeacher teacher = Teacher.FromAsync(async (Batch batch, CancellationToken token) =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return batch.Inputs;
        });
        using CachedTeacher cached = teacher.Cached(_data.Count);

        Action fill = () => cached.Fill(_data, cancellationToken: cancellation.Token);

        fill.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Failure_of_the_function_comes_as_it_was_thrown()
    {
        using ITeacher teacher = Teacher.FromAsync<Batch>((_, _) => Task.FromException<Tensor>(new HttpRequestException("503")));

        Action predict = () => teacher.Predict(_data.Read(torch.arange(2, torch.ScalarType.Int64)), FeatureSet.None);

        predict.Should().Throw<HttpRequestException>().WithMessage("503");
    }

    [Fact]
    public void Function_is_refused_when_it_returns_null_and_layers_when_they_are_required()
    {
        using ITeacher teacher = Teacher.FromAsync<Batch>((_, _) => Task.FromResult<Tensor>(null!));
        Batch batch = _data.Read(torch.arange(2, torch.ScalarType.Int64));

        Action predict = () => teacher.Predict(batch, FeatureSet.None);
        Action layers = () => teacher.Predict(batch, FeatureSet.Of("in"));

        predict.Should().Throw<InvalidOperationException>().WithMessage("*returned null*");
        layers.Should().Throw<ArgumentException>().WithMessage("*has no inner layers*");
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using ITeacher teacher = Teacher.FromAsync((Batch batch, CancellationToken _) => Task.FromResult(batch.Inputs * 2));

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            _ = teacher.Predict(_data.Read(torch.arange(2, torch.ScalarType.Int64)), FeatureSet.None);
        });
    }
}
