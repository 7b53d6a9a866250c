using Distillation.Losses;
using Distillation.Training;
using SkiaSharp;
using static TorchSharp.torch.nn;

namespace Distillation.Images.Tests.Docs;

/// <summary>The pieces of C# in the page on images and tables, and in the readme of the package.</summary>
public sealed class ImageSnippetTests : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly TempDirectory _directory = new();
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public ImageSnippetTests()
    {
        Pictures.MakeClasses(Path.Combine(_directory.Path, "photos"), imagesOfEach: 8);
        Directory.SetCurrentDirectory(_directory.Path);
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.SetCurrentDirectory(_before);
        _directory.Dispose();
    }

    [Fact]
    public void Folder_of_images_becomes_a_distilled_network()
    {
        ImageFolder photos = ImageFolder.Open("photos", ImageOptions.Square(32) with { Normalization = ImageNormalization.ImageNet });
        (IDataSource train, IDataSource heldOut) = photos.SplitStratified(0.8);
        Console.WriteLine(photos.Describe());

        Module<Tensor, Tensor> Network(int width) => Sequential(
            Conv2d(3, width, 3, stride: 2), ReLU(), Conv2d(width, 2 * width, 3, stride: 2), ReLU(), AdaptiveAvgPool2d(1), Flatten(),
            Linear(2 * width, photos.ClassNames.Count));
        using Module<Tensor, Tensor> big = Network(64), small = Network(16);
        var options = new TrainerOptions { Epochs = 20, Prefetch = 2 };
        new SupervisedTrainer(Student.From(big), new HardLabelLoss(), options).Fit(train);
        new DistillationTrainer(Teacher.From(big), Student.From(small), new SoftTargetLoss(temperature: 4), options).Fit(train, heldOut);
        small.save("small.dat");
        photos.Preprocessing.Save("small.json");

        File.Exists("small.dat").Should().BeTrue();
        Assert_a_program_classifies_one_image(small);
    }

    private static void Assert_a_program_classifies_one_image(Module<Tensor, Tensor> small)
    {
        string path = Path.Combine("photos", "cat", "000.png");

        ImagePreprocessing preprocessing = ImagePreprocessing.Load("small.json");
        Tensor image = ImageReader.Read(path, preprocessing.Options);
        long id = small.call(image.unsqueeze(0)).argmax(1).item<long>();
        string name = preprocessing.ClassNames[(int)id];

        name.Should().BeOneOf("cat", "dog");
    }

    [Fact]
    public void First_folder_of_the_readme_trains_a_network()
    {
        foreach ((string kind, SKColor color) in new[] { ("day", SKColors.SkyBlue), ("night", SKColors.MidnightBlue) })
        {
            Directory.CreateDirectory(Path.Combine("photos", kind));
            for (int number = 0; number < 20; number++)
            {
                using var picture = new SKBitmap(48, 36);
                picture.Erase(color.WithRed((byte)(5 * number)));
                File.WriteAllBytes(Path.Combine("photos", kind, $"{number}.png"), picture.Encode(SKEncodedImageFormat.Png, 100).ToArray());
            }
        }

        ImageFolder photos = ImageFolder.Open("photos", ImageOptions.Square(32) with { Normalization = ImageNormalization.ImageNet });
        (IDataSource train, IDataSource heldOut) = photos.SplitStratified(0.8);
        using var network = Sequential(Conv2d(3, 32, 3), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(32, photos.ClassNames.Count));
        var options = new TrainerOptions { Epochs = 20, Prefetch = 2 };
        TrainingResult result = new SupervisedTrainer(Student.From(network), new HardLabelLoss(), options).Fit(train, heldOut);
        photos.Preprocessing.Save("network.json");
        Console.WriteLine(result.Describe());

        ImagePreprocessing preprocessing = ImagePreprocessing.Load("network.json");
        torch.Tensor image = ImageReader.Read(photos.Paths[0], preprocessing.Options).unsqueeze(0);

        image.shape.Should().Equal(1, 3, 32, 32);
    }

    [Fact]
    public void Files_are_listed_cached_and_skipped()
    {
        File.WriteAllLines("labels.csv", ["path,label", "photos/cat/000.png,cat", "photos/dog/001.png,dog", "photos/dog/missing.png,dog"]);

        var square = ImageOptions.Square(32);
        var reading = new ImageFolderOptions
        {
            BrokenImages = BrokenImages.Skip,
            DecodingThreads = 4,
            MemoryCacheBytes = 500_000_000,
            CacheDirectory = "prepared",
        };
        ImageFolder listed = ImageFolder.FromCsv("labels.csv", square, reading);
        ImageFolder test = ImageFolder.Open("photos", square, new ImageFolderOptions { ClassNames = listed.ClassNames });
        ImageFolder unlabeled = ImageFolder.OpenUnlabeled("photos", square);
        using TensorData inMemory = test.Load();

        listed.Count.Should().Be(2);
        unlabeled.Count.Should().Be(16);
        inMemory.Count.Should().Be(16);
    }
}
