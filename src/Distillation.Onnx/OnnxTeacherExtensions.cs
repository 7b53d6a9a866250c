namespace Distillation.Onnx;

/// <summary>Creates teachers from ONNX files at <see cref="Teacher"/>.</summary>
public static class OnnxTeacherExtensions
{
    extension(Teacher)
    {
        /// <summary>Loads an ONNX file as a teacher that ONNX Runtime runs.</summary>
        /// <param name="path">The file.</param>
        /// <param name="options">What is read of the model, and how it runs.</param>
        /// <returns>The teacher: see <see cref="OnnxTeacher.Load"/>, also for the exceptions.</returns>
        public static OnnxTeacher FromOnnx(string path, OnnxTeacherOptions? options = null) => OnnxTeacher.Load(path, options);
    }
}
