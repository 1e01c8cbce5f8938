-- The event that formally begins a link of this form.
CREATE MACRO formal_event(form) AS
CASE form WHEN 'friendship' THEN 'friendship_agreed' WHEN 'contact' THEN 'first_contact' ELSE 'charter_signed' END;
