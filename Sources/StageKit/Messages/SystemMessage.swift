internal import Glibc

/// What the system says to an errno: "No such file or directory".
func systemMessage(_ code: Int32) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  return String(cString: text)
}
