@DM-GEN-001
Feature: Wrong expectations of reports
  Each last line says what is not so, and has to fail.

  @site
  Scenario: An entity has other rows
    When the "user" report is pulled with:
      | parameter | value |
      | pastDays  | 30    |
    Then the report has 7 rows

  @site
  Scenario: A page is too long
    When the "user" report is pulled with:
      | parameter | value |
      | pastDays  | 30    |
    Then the report has at most 0 rows

  @site
  Scenario: A row holds another value
    When the "user" report is pulled with:
      | parameter | value |
      | pastDays  | 30    |
    Then the report rows are:
      | UserName |
      | nobody   |

  @site
  Scenario: A field is not there
    When the "user" report is pulled with:
      | parameter | value |
      | pastDays  | 30    |
    Then every report row has the fields:
      | field       |
      | ShoeSize    |

  @site
  Scenario: A field is there
    When the "user" report is pulled with:
      | parameter | value |
      | pastDays  | 30    |
    Then no report row has the field "UserName"

  @site
  Scenario: Users cannot be billed
    When the "user" report is pulled with:
      | parameter | value |
      | pastDays  | 30    |
    Then every report row can be billed

  @site
  Scenario: A report comes
    When the "user" report is pulled
    Then no report comes

  @site
  Scenario: The header counts other records
    When the "user" report is pulled with:
      | parameter | value       |
      | mode      | INTERACTIVE |
    Then the header counts 7 records on 7 pages

  @site
  Scenario: There is no next page
    When the "user" report is pulled with:
      | parameter | value       |
      | mode      | INTERACTIVE |
    Then the header links to the next page only

  @site
  Scenario: A walk sees other rows
    When the "user" report is walked by its links with:
      | parameter | value       |
      | mode      | INTERACTIVE |
    Then the walk sees 7 different rows on 7 pages

  @site
  Scenario: JSON is called CSV
    When the "user" report is pulled
    Then the CSV report has 1 line below the fields:
      | field    |
      | UserName |

  @site
  Scenario: A group is not named
    When "report-names" of the Data Access API is read
    Then the answer names:
      | name     |
      | invoices |

  @site
  Scenario: A filter is not named
    When "report-types/user" of the Data Access API is read
    Then the data of the answer name:
      | name     |
      | shoeSize |

  @site
  Scenario: A report does not lead to another one
    When the reports "account" and "user" are pulled
    Then every "UserName" of the second is an "AccountID" of the first

  @site
  Scenario: An attribute has another value
    When the "account" report is pulled with:
      | parameter | value |
      | pastDays  | 30    |
    Then every report row has the attribute "Segment" of "Stone" in "OrgUnitCustomAttribute"

  @site
  Scenario: A page is not there
    When the page "no-such-page.html" of the Data Access API is opened
    Then a page for people comes
