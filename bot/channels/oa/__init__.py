"""WeChat Official Account (公众号): verified pushes in; replies and customer, template, notice, mass sends out."""
